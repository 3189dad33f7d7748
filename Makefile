# make run    set up what is missing, then start everything; Ctrl-C stops it
# make setup  the set-up alone; does nothing when nothing changed
# make test   the set-up, then every check and test
# make demo   the sample clip through the real queue, with what was found
.POSIX:
.PHONY: run setup test demo doctor clean

BOOTSTRAP = PYTHON="$(PYTHON)" sh scripts/python.sh -m scripts.bootstrap
SHADOW = .venv/bin/python -m shadow_trainer

run: setup
	@exec $(SHADOW) up

setup:
	@$(BOOTSTRAP) setup

test:
	@$(BOOTSTRAP) test

demo: setup
	@exec $(SHADOW) demo

doctor:
	@test -x .venv/bin/python || { echo "doctor: nothing is installed yet; run make setup first" >&2; exit 1; }
	@exec $(SHADOW) doctor

# Removes what set-up installed; the data folder (films, results, database) and .env stay.
clean:
	rm -rf .venv node_modules
