PYTHON ?= python3

.PHONY: run test lint bench setup words lock pdf pictures
run test lint bench setup words lock pdf pictures:
	@$(PYTHON) tools/dev.py $@
