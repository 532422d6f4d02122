"""Words that the exhibits of a report share."""

from fusionviz.training.robustness.report import RobustnessReport


def provenance(report: RobustnessReport, protocol: str = "") -> str:
    """Return where the figures of a report come from.

    Args:
        report: What was measured.
        protocol: Which figures, where some may be of fewer samples.
    """
    result = next(iter(report.protocol(protocol).values()), None)
    samples, units = f"{report.samples} test samples", report.units
    if result is not None and result.samples is not None:
        samples = f"{result.samples} of {samples}, evenly spaced,"
        units = result.units or units
    commit = f", commit {report.commit}" if report.commit else ""
    when = report.date
    if result is not None and result.measured:  # by another run
        when, commit = result.measured, ""
    torch = report.versions.get("torch", "unknown")
    return (
        f"Measured on {samples} of {report.data} "
        f"({when}, {report.machine}, torch {torch}{commit}); bands are 95 % "
        f"percentile intervals that draw {units} {report.unit}s again, the same "
        "draws for all models and rates."
    )


def absences(report: RobustnessReport) -> str:
    """Return what stands for what is missing, of the models that there are."""
    words = {one.absence for one in report.models}
    parts = []
    if "learned" in words:
        parts.append("AlignMamba and baselines have learned tokens for what is missing")
    if words - {"learned"}:
        parts.append(
            "MANGO has its learned guess, zeros, the mean of 48 training samples or a "
            "draw from its flow, as its name says"
        )
    trained = [
        f"{one.checkpoint} {one.missing_in_training:g}"
        for one in {one.checkpoint: one for one in report.models}.values()
    ]
    return (
        f"{'; '.join(parts)}. Rate at which modalities went missing in training: "
        f"{', '.join(trained)}."
    )
