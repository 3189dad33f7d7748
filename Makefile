# make run    set up what is missing, then start everything; Ctrl-C stops it
# make setup  the set-up alone; does nothing when nothing changed
# make test   the set-up, then every check and test
# make chaos  the long form of the tests that break everything (about 15 minutes)
# make fuzz   the long form of the tests that send nonsense: films, motion files, requests (about 15 minutes)
# make audit  known holes in what we depend on, or what it is and how old
# make backup a copy of database, queue and storage index in the data folder's backups/
# make demo   the sample clip through the real queue, with what was found
# make heroku-check  the Procfile's lines in Heroku's shape, with a bucket and TLS (about two minutes)
.POSIX:
.PHONY: run setup test chaos fuzz audit backup demo heroku-check doctor clean

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

fuzz: setup
	SHADOW_FUZZ_FILMS=1000 SHADOW_FUZZ_REQUESTS=5000 SHADOW_FUZZ_MOTIONS=3000 \
		.venv/bin/python -m pytest -q -s tests/fuzz

audit:
	@.venv/bin/python -m scripts.audit

backup:
	@exec $(SHADOW) backup create

demo: setup
	@exec $(SHADOW) demo

heroku-check: setup
	.venv/bin/python -m pip install -q --disable-pip-version-check --no-input -r requirements-dev.txt
	.venv/bin/python -m scripts.heroku_check

doctor:
	@test -x .venv/bin/python || { echo "doctor: nothing is installed yet; run make setup first" >&2; exit 1; }
	@exec $(SHADOW) doctor

# Removes what set-up installed; the data folder (films, results, database) and .env stay.
clean:
	rm -rf .venv node_modules
