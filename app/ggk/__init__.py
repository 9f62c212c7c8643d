"""The StUF-GGk 2.1 envelope (ggk0210): reading, judging and writing it; knows no database and no HTTP."""
