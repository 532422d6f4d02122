"""Samples: what people upload, what is generated, what data sets hold."""

from fusionviz.data.records import RGBDSample

__all__ = ["RGBDSample"]
