"""What two schemas say, side by side; knows no standard."""
