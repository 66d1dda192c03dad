# Two commands: `make demo PROMPT="a red ball rolls to the left"` and `make test`.
# Both make .venv from scratch when it is missing or older than the pins.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PROMPT ?= a red ball rolls to the left over a meadow
EXTRAS := generate,detect,train,peers,hsm,kms,bench,dev
VENV := .venv
RUN := $(VENV)/bin

# cv2 as the extra `peers` brings it opens libGL and glib; the other three are started by tests.
DEBIAN_RUN := libgl1 libglib2.0-0
DEBIAN_TEST := $(DEBIAN_RUN) openssl softhsm2 strace

# `value` keeps a $ of the prompt as it was typed.
export DEMO_PROMPT := $(value PROMPT)

.PHONY: demo test check format bench debian-run debian-test clean

demo: debian-run $(VENV)/.installed  ## generate a clip, verify it, strip it, break it
	@$(RUN)/python -m sealreel.service.demo "$$DEMO_PROMPT"

test: debian-test $(VENV)/.installed check  ## every check and every test
	$(RUN)/python -m pytest -n 2 -m "not benchmark"

check: $(VENV)/.installed
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/pyright

format: $(VENV)/.installed
	$(RUN)/ruff check --fix .
	$(RUN)/ruff format .

bench: $(VENV)/.installed  ## the written goals, a quick pass on drawn material
	$(RUN)/sealreel bench speed --quick; first=$$?; $(RUN)/sealreel bench watermark --quick && exit $$first

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sealreel needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' || { echo "Python has no venv module; run: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $@

# Install the Debian packages that are missing: as root, else with sudo, else say how and stop. Elsewhere: go on.
define install-debian
	@command -v dpkg-query >/dev/null || exit 0; \
	missing=; \
	for package in $(1); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then as=; \
	elif sudo -n true 2>/dev/null; then as=sudo; \
	else echo "These Debian packages are missing. Run: sudo apt-get install$$missing"; exit 1; fi; \
	$$as env DEBIAN_FRONTEND=noninteractive sh -c "apt-get -qq update && apt-get -qq install --no-install-recommends$$missing"
endef

debian-run:
	$(call install-debian,$(DEBIAN_RUN))

debian-test:
	$(call install-debian,$(DEBIAN_TEST))

clean:
	rm -rf $(VENV) build dist *.egg-info demo-output
