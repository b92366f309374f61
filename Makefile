PYTHON ?= python3

.PHONY: run test lint bench setup words lock pdf
run test lint bench setup words lock pdf:
	@$(PYTHON) tools/dev.py $@
