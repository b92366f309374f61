PYTHON ?= python3

.PHONY: run test lint bench setup words lock
run test lint bench setup words lock:
	@$(PYTHON) tools/dev.py $@
