# The first Python on the path that the portal supports; make PYTHON=… names another.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
endif
PY := .venv/bin/python
NEED_PYTHON = @test -n "$(PYTHON)" || { echo "没有找到 Python 3.11、3.12 或 3.13，请先安装，例如：sudo apt-get install -y python3 python3-venv"; exit 2; }

.DEFAULT_GOAL := help
.PHONY: help run test check features bench prove lock clean demo-reset dev

help:  ## 列出全部命令
	@sed -nE 's/^([a-z-]+):[^#]*## ?(.*)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; do \
	printf '  make %-12s %s\n' "$$name" "$$words"; done

run:  ## 安装、准备数据并启动门户（PORT=8000；DATABASE_URL、REDIS_URL 可换数据库与消息服务）
	$(NEED_PYTHON)
	@exec $(PYTHON) -m scripts.run

test:  ## 在 SQLite 与 PostgreSQL 上运行全部测试（ARGS="-k 词"，DB=sqlite 或 postgres）
	$(NEED_PYTHON)
	@exec $(PYTHON) -m scripts.test --db "$(DB)" -- $(ARGS)

check: dev  ## 代码、类型、模板、迁移与正式环境设置的检查
	@exec $(PY) -m scripts.check

features: dev  ## 按功能编号列出测试数与结果
	@exec $(PY) -m scripts.features

bench: dev  ## 性能测量
	@exec $(PY) -m scripts.bench $(ARGS)

prove:  ## 长时间的验证（两种数据库，HYPOTHESIS_PROFILE=prove）
	$(NEED_PYTHON)
	@HYPOTHESIS_PROFILE=prove exec $(PYTHON) -m scripts.test --db "$(DB)" --prove -- $(ARGS)

dev:
	$(NEED_PYTHON)
	@$(PYTHON) -m scripts.bootstrap --dev

lock: dev  ## 按 requirements*.in 与 package.json 重新生成带校验值的锁文件
	@exec $(PY) -m scripts.lock

demo-reset:  ## 把本目录的演示库移到一旁，下次 make run 重新生成
	$(NEED_PYTHON)
	@exec $(PYTHON) -m scripts.run --reset

clean:  ## 删除安装的依赖与缓存（不动 var/ 中的数据）
	@rm -rf .venv .venv-node node_modules staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis var/test
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
