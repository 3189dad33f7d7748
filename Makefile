# make run    set up what is missing, then start everything; Ctrl-C stops it
# make setup  the set-up alone; does nothing when nothing changed
# make test   the set-up, then every check and test
# make chaos  the long form of the tests that break everything (about 15 minutes)
# make demo   the sample clip through the real queue, with what was found
.POSIX:
.PHONY: run setup test chaos demo doctor clean

BOOTSTRAP = PYTHON="$(PYTHON)" sh scripts/python.sh -m scripts.bootstrap
SHADOW = .venv/bin/python -m shadow_trainer

run: setup
	@exec $(SHADOW) up

setup:
	@$(BOOTSTRAP) setup

test:
	@$(BOOTSTRAP) test

chaos: setup
	SHADOW_CHAOS_FILMS=200 SHADOW_CHAOS_SECONDS=300 SHADOW_LEAK_JOBS=200 .venv/bin/python -m pytest -q -s tests/chaos

demo: setup
	@exec $(SHADOW) demo

doctor:
	@test -x .venv/bin/python || { echo "doctor: nothing is installed yet; run make setup first" >&2; exit 1; }
	@exec $(SHADOW) doctor

# Removes what set-up installed; the data folder (films, results, database) and .env stay.
clean:
	rm -rf .venv node_modules
