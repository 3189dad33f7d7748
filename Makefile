# make run    set up what is missing, then start everything; Ctrl-C stops it
# make demo   the sample clip through the real queue, with what was found
# make setup  the set-up alone; does nothing when nothing changed
# make cuda   the set-up for an NVIDIA card: ONNX Runtime's other build and CUDA's libraries (2.4 GB; Linux on x86-64)
# make gpu-benchmark  the same, then the card against the processor: speed of the networks and of a video, and their results
# make test   the set-up, then every check and test
# make quick  the set-up, then style, types, scripts of the pages and the tests that compute alone (one to two minutes)
# make chaos  the long form of the tests that break everything (about 15 minutes)
# make fuzz   the long form of the tests that send nonsense: videos, motion files, requests, schemathesis (about 20 minutes)
# make audit  what we depend on: versions, days of release, licenses, known holes
# make backup a copy of database, queue and storage index in the data folder's backups/
# make heroku-check  the Procfile's lines in Heroku's shape, with a bucket and TLS (about five minutes)
# make proxy-check   nginx before the Procfile's lines, the sample from upload to report and video (about two minutes)
# make odd-films     strobe, black frames, a poster, a mirror, a pan, 15 fps and the like through the engine (ten minutes)
# make real-check    every clip of ../shared/real through the engine, and how well it went (half an hour; skips loudly without)
# make metric-errors the errors printed beside the numbers, anew from generated deliveries, and whether they hold (an hour)
# make place-check   the program in a folder with an odd, long name, by a user without rights and a writable home (ten minutes)
# make image-check   the Dockerfile's own lines in a scratch folder, without a container (a few minutes)
.POSIX:
.PHONY: run setup cuda gpu-benchmark test quick dev tools chaos fuzz audit backup demo heroku-check proxy-check image-check place-check odd-films real-check metric-errors doctor clean

BOOTSTRAP = PYTHON="$(PYTHON)" sh scripts/python.sh -m scripts.bootstrap
SHADOW = .venv/bin/python -m shadow_trainer

run: setup
	@exec $(SHADOW) up

setup cuda:
	@$(BOOTSTRAP) $@

gpu-benchmark: cuda
	.venv/bin/python -m benchmarks.gpu

test quick:
	@$(BOOTSTRAP) $@

# What only tests need (packages, a browser, a database server), and the programs of the long checks.
dev tools:
	@$(BOOTSTRAP) $@

chaos: dev
	SHADOW_CHAOS_FILMS=200 SHADOW_CHAOS_SECONDS=300 SHADOW_LEAK_JOBS=200 SHADOW_BACKUP_POSTGRES=true \
		.venv/bin/python -m pytest -s tests/chaos tests/backup

fuzz: tools
	SHADOW_FUZZ_FILMS=1000 SHADOW_FUZZ_REQUESTS=5000 SHADOW_FUZZ_MOTIONS=3000 SHADOW_FUZZ_CASES=40 \
		SHADOW_SCHEMATHESIS="$$PWD/.venv-tools/bin/schemathesis" \
		.venv/bin/python -m pytest -s --durations=8 tests/fuzz

audit: tools
	@.venv/bin/python -m scripts.audit

backup:
	@exec $(SHADOW) backup create

demo: setup
	@exec $(SHADOW) demo

heroku-check:
	@$(BOOTSTRAP) heroku
	.venv/bin/python -m scripts.heroku_check

odd-films: dev
	SHADOW_ODD_FILMS=true .venv/bin/python -m pytest -s tests/analyse/test_odd_films.py

proxy-check:
	@$(BOOTSTRAP) proxy
	SHADOW_PROXY_CHECK=true .venv/bin/python -m pytest -s tests/deploy/test_nginx.py tests/deploy/test_through_the_proxy.py

real-check: setup
	.venv/bin/python -m benchmarks.real_check

metric-errors: setup
	.venv/bin/python -m benchmarks.held_out_errors var/metric-errors --count 600 --processes 2
	.venv/bin/python -m benchmarks.held_out_errors var/metric-errors --count 90 --processes 2 --ordinary
	.venv/bin/python -m benchmarks.error_model var/metric-errors --metrics --write

image-check: dev
	SHADOW_IMAGE_CHECK=true .venv/bin/python -m pytest -s tests/deploy/test_dockerfile.py tests/deploy/test_image_lines.py \
		tests/deploy/test_other_services.py

place-check:
	@$(BOOTSTRAP) setup
	.venv/bin/python -m scripts.place_check

doctor:
	@test -x .venv/bin/python || { echo "doctor: nothing is installed yet; run make setup first" >&2; exit 1; }
	@exec $(SHADOW) doctor

# Removes what set-up installed; the data folder (videos, results, database) and .env stay.
clean:
	rm -rf .venv .venv-tools node_modules
