"""What the model card takes from the audit: a few tables of text, each number with its interval and its n."""

from collections.abc import Mapping
from typing import Any

from .results import DetectorReport

Found = Mapping[str, Any]


def summary(report: DetectorReport) -> dict[str, Any]:
    """Return titles with the rows of their tables, or with a sentence; sections that were not run are left out."""
    tables: dict[str, Any] = {"Audited": report.material}
    for name, made in _TABLES.items():
        section = report.section(name)
        if section is not None and section.rows:
            tables |= made({"rows": list(section.rows), **section.extras})
    return tables


def spelled(estimate: Found | None, digits: int = 3) -> str:
    """Return an estimate with its interval: `0.951 (0.930–0.968)`; that which draws sources, where there are two."""
    if estimate is None:
        return "–"
    low, high = (estimate.get(f"drawn_{end}", estimate.get(end)) for end in ("low", "high"))
    bounds = "" if low is None or high is None else f" ({low:.{digits}f}–{high:.{digits}f})"
    return f"{estimate['value']:.{digits}f}{bounds}"


def standing_line(row: Found) -> dict[str, str]:
    """Return one contender's line."""
    worst = row["worst"]
    weakest = "–" if worst is None else f"{worst['generator']} {spelled(worst['auroc'])} ({worst['n']})"
    return {
        "contender": row["contender"],
        "AUROC": spelled(row["auroc"]),
        "AUROC, folds pooled": spelled(row["auroc_pooled"]),
        "floor": spelled(row["floor"]),
        "margin": spelled(row["margin"]),
        "TPR at 1 % FPR": spelled(row["tpr_fine"]),
        "TPR at 5 % FPR": spelled(row["tpr_coarse"]),
        "worst generator (n)": weakest,
        "ECE": f"{row['ece']:.3f}",
        "n synthetic / real": f"{row['synthetic_clips']} / {row['real_clips']}",
    }


def _held_out(section: Found) -> dict[str, Any]:
    tables: dict[str, Any] = {"Generators and real sources held out": [standing_line(row) for row in section["rows"]]}
    faces = section["faces"]
    if faces is not None:
        n = f"{faces['synthetic_clips']} clips of {faces['generators']} generators"
        tables["Manipulated faces held out"] = f"AUROC {spelled(faces['auroc'])}, n = {n}; advisory, no goal yet"
    fixed = [
        {
            "threshold set for": f"{100 * one['fpr']:g} % FPR",
            "found FPR": f"{one['found_fpr']:.3f} ({one['found_fpr_ci95'][0]:.3f}–{one['found_fpr_ci95'][1]:.3f})",
            "found TPR": f"{one['found_tpr']:.3f} ({one['found_tpr_ci95'][0]:.3f}–{one['found_tpr_ci95'][1]:.3f})",
            "n real / synthetic": f"{one['real_clips']} / {one['synthetic_clips']}",
        }
        for one in section["fixed_thresholds"]
    ]
    return tables | ({"Thresholds on sources that they were not set on": fixed} if fixed else {})


def _robustness(section: Found) -> dict[str, Any]:
    lines = [
        {
            "condition": row["condition"],
            "AUROC": spelled(row["auroc"]),
            "lost": spelled(row["loss"]),
            "n synthetic / real": f"{row['synthetic_clips']} / {row['real_clips']}",
        }
        for row in section["rows"]
    ]
    return {"Robustness": lines}


def _controls(section: Found) -> dict[str, Any]:
    return {"Controls": [standing_line(row) for row in section["rows"]]}


def _baselines(section: Found) -> dict[str, Any]:
    return {"Baselines in the same harness": [standing_line(row) for row in section["rows"]]}


def _adversarial(section: Found) -> dict[str, Any]:
    lines = [
        {
            "attack": row["attack"],
            "ε of 255": str(row["epsilon_255"]),
            "judged after": row["after"],
            "accuracy before": f"{row['accuracy_before']:.2f}",
            "accuracy left": f"{row['accuracy_left']:.2f}",
            "n": str(row["clips"]),
        }
        for row in section["rows"]
    ]
    return {"Adversaries who have the weights": lines}


def _own(section: Found) -> dict[str, Any]:
    row = section["rows"][0]
    words = f"AUROC {spelled(row['auroc'])} on {row['generators']} clips without a mark"
    return {"Clips of Sealreel's own generator": words}


_TABLES = {
    "held_out": _held_out,
    "robustness": _robustness,
    "controls": _controls,
    "baselines": _baselines,
    "adversarial": _adversarial,
    "own": _own,
}
