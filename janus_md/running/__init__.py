"""Operations of jobs as processes, on a workstation or a cluster."""
