"""历史补录: what a workbook may name, what is right and wrong with one, and what batches have come to."""
