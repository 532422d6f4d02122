"""What length costs: time, memory and operations of models, cell by cell.

A *cell* is one workload at one length. Each runs in a child process of its own with a
limit of time and memory, so that a cell that does not fit is a mark on a chart and not
the end of the program.

    workloads   what is run, and how many operations it takes by formula
    child       runs one cell: warm-up, timed runs, peak memory, operations
    cells       starts children, watches their limits, collects results
    runs        many cells as one record, to and from JSON
    fits        exponents above the knee, and where two curves cross
"""
