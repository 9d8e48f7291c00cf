"""What goes out of this room as a workbook to be filled in."""
