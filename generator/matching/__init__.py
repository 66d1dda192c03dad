"""Which of several half-made clips matches its prompt best."""

from .matcher import FILE as FILE, Matcher as Matcher, best as best, load_matcher as load_matcher
