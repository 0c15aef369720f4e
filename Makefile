# make quickstart: from a fresh Debian with a Swift toolchain to a distilled Fashion-MNIST.
# make test: everything that CI checks.
# make test-long, test-sanitize: the store's long runs; its tests under sanitizers.

PACKAGES = libsqlite3-dev liblmdb-dev libopenblas-dev libpng-dev libturbojpeg0-dev zlib1g-dev \
  libssl-dev pkg-config dataset-fashion-mnist
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
PSRDB = .build/release/psrdb
POOL = quickstart.psr
SOURCES = Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources Benchmarks/pool

MODELS = models/fashion-mnist

# Of the benchmarks alone; with torch, NumPy, submodlib-py and apricot-select to compare with.
PYTHON = python3

.PHONY: quickstart models results python yardstick bench bench-store bench-select bench-select-quality test \
  test-long test-sanitize test-baseline build packages format lint clean

quickstart: packages build
	@echo "== Run recipes/fashion-mnist.yaml on $(POOL) (Ctrl-C stops it, the same command goes on)"
	$(PSRDB) run recipes/fashion-mnist.yaml --pool $(POOL)

# Installs only what is missing, so that a machine that has it all needs neither root nor network.
packages:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then echo "== System packages: all there"; else \
	  echo "== Install with apt:$$missing"; \
	  $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
	    $$missing; \
	fi

build:
	@echo "== Build in release (a few minutes the first time)"
	swift build -c release --product psrdb

# The default models again, on the training split alone; stopped, the same command trains those again
# that were done and goes on with the one that was not.
models: packages build
	test -e models.psr || $(PSRDB) init models.psr
	$(PSRDB) --pool models.psr import dataset --name fashion-mnist --format idx \
	  /usr/share/datasets/fashion-mnist
	$(PSRDB) --pool models.psr train teacher --dataset fashion-mnist --seed 2 \
	  --output $(MODELS)/teacher.safetensors
	$(PSRDB) --pool models.psr train judge --dataset fashion-mnist --seed 1 --shift 2 \
	  --output $(MODELS)/judge.safetensors
	$(PSRDB) --pool models.psr train autoencoder --dataset fashion-mnist --seed 3 \
	  --output $(MODELS)/autoencoder.safetensors
	$(PSRDB) --pool models.psr train prior --dataset fashion-mnist --seed 4 \
	  --output $(MODELS)/prior.safetensors

# The engine beside PyTorch, where PYTHON has it.
bench: python
	BENCH_PYTHON=$(PYTHON) swift run -c release --package-path Benchmarks EngineBench

# The ablation of docs/RESULTS.md over two pools; stopped, the same command goes on. Students whose
# results are in EVALUATIONS are not trained again; `make results EVALUATIONS=` trains all of them.
# One budget: IPC=1; one pool: SEEDS=0; a page of these alone: DOCS=FOLDER. How long students take is
# at the end of that page.
IPC = 1 10 50
SEEDS = 0 1
DOCS = docs
EVALUATIONS = docs/evaluations

results: python packages build
	mkdir -p $(DOCS)/evaluations
	for ipc in $(IPC); do for seed in $(SEEDS); do file=results-$$ipc-$$seed.json; \
	  $(PSRDB) run recipes/results-$$ipc.yaml --pool results-$$seed.psr --seed $$seed \
	    $(call known,$$file) || exit 1; \
	  $(call keep,results-$$seed.psr,$$file,s.ipc = $$ipc) || exit 1; \
	done; done
	$(PYTHON) Benchmarks/results --psrdb $(PSRDB) --docs $(DOCS) \
	  $$(ls -d results-0.psr 2> /dev/null)

# Before hours of work rather than after them.
python:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "There is no $(PYTHON); name one: make $(MAKECMDGOALS) PYTHON=PATH" >&2; exit 1; }

# Random real images under the settings whose accuracies are published.
yardstick: packages build
	mkdir -p $(DOCS)/evaluations
	$(PSRDB) run recipes/yardstick.yaml --pool yardstick.psr $(call known,yardstick.json)
	$(call keep,yardstick.psr,yardstick.json,true)

# $(call known,FILE): the option that takes the students of a file, if it is there.
known = $(if $(EVALUATIONS),$$(test ! -e $(EVALUATIONS)/$(1) || echo --evaluations $(EVALUATIONS)/$(1)))

# $(call keep,POOL,FILE,CONDITION): writes a pool's students to a file that `psrdb import evaluations`
# takes; what was imported keeps the version and BLAS that it was made with.
keep = $(PSRDB) --pool $(1) --json query "$(STUDENTS) WHERE $(3) ORDER BY 1, 2, 3, 4, 5, 6" \
  > $(DOCS)/evaluations/$(2).new && mv $(DOCS)/evaluations/$(2).new $(DOCS)/evaluations/$(2)

STUDENTS = SELECT e.selection, e.protocol, e.student, e.settings, e.epochs, e.seed, e.accuracy, \
  e.class_accuracy, e.test, e.train, e.seconds, \
  iif(j.arguments ->> 'imported' IS NULL, j.psrdb, j.arguments ->> 'psrdb') AS psrdb, \
  iif(j.arguments ->> 'imported' IS NULL, j.blas, j.arguments ->> 'blas') AS blas \
  FROM evaluations AS e JOIN selections AS s USING (selection) \
  JOIN journal AS j ON j.sequence = e.entry

test: lint
	@echo "== Build and run the tests, in release: kernels without optimisation are unusable"
	swift test --disable-xctest -c release -Xswiftc -enable-testing

# The same tests, with ten times the kills, twenty times the crash states, fifty times the fuzzing.
test-long:
	PSRDB_LONG=1 swift test --disable-xctest -c release -Xswiftc -enable-testing

# Each needs a build of its own. Left out is what kills processes, makes their calls fail, records them
# or gives them little address space: it says nothing more here, or leaves a sanitizer no room. The
# kernels are the plain ones with `address` and `thread`, since a CPU's are chosen before the thread
# sanitizer is ready. Undefined behaviour is looked for in the C, that is in the engine's kernels, and
# traps: Swift checks itself.
SANITIZED = --disable-xctest --skip 'KillTests|FaultTests|CrashStateTests|MapGrowthTests'

test-sanitize:
	for sanitizer in address thread; do \
	  LSAN_OPTIONS="suppressions='$(CURDIR)/Tests/leaks.txt'" \
	  swift test $(SANITIZED) --sanitize $$sanitizer --scratch-path .build/$$sanitizer \
	    -Xcc -DPSRDB_BASELINE --filter StoreTests || exit 1; \
	done
	swift test $(SANITIZED) -c release -Xswiftc -enable-testing --scratch-path .build/undefined \
	  -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined --filter 'StoreTests|EngineTests'

# The engine's tests on the plain kernels, which CPUs without AVX2 run.
test-baseline:
	swift test --disable-xctest -c release -Xswiftc -enable-testing -Xcc -DPSRDB_BASELINE \
	  --scratch-path .build/baseline --filter EngineTests

lint:
	@echo "== Check the format"
	swift format lint --strict --recursive --parallel $(SOURCES)

format:
	swift format --in-place --recursive --parallel $(SOURCES)

# Selection against submodlib and apricot, on a synthetic pool: Benchmarks/select/measure.py.
bench-select: python
	swift build -c release --product psrdb
	swift build -c release --product bench-pool
	$(PYTHON) Benchmarks/select/measure.py

# The store on a synthetic pool of a million candidates: Benchmarks/store/measure.py.
bench-store: python
	swift build -c release --product psrdb
	swift build -c release --product bench-pool
	$(PYTHON) Benchmarks/store/measure.py

# Every strategy on a pool: objective, coverage, judge and students. QUALITY passes options on.
bench-select-quality: python
	swift build -c release --product psrdb
	$(PYTHON) Benchmarks/select/quality.py $(POOL) --psrdb $(PSRDB) $(QUALITY)

clean:
	swift package clean
