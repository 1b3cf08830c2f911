"""How a dataset is presented and published."""
