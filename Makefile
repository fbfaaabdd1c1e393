# netstep. The two commands of a newcomer: `make run` and `make test`; both install what is missing.
#   make build   build/netstep, and its TCP for packetdrill; make check   format, lint, style, fences
#   make bench   figures as ratios to a baseline      make fuzz    T=packet SECONDS=60
#   make image   the container image                  make clean

B ?= build
CC := gcc
OPT ?= -O2
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
        -Wwrite-strings -Wundef
SANITIZE ?=
# The engine's layers call each other a hundred times a step: they are optimised as one program. The
# objects hold machine code as well, for the tests, which link without, and for nm.
LTO ?= $(if $(SANITIZE),,$(if $(filter gcc,$(CC)),$(if $(filter -O2 -O3,$(OPT)),-flto=auto -ffat-lto-objects $(TUNE))))
# Beside it, so that speed does not change with where the linker happens to put things: functions begin
# at a cache line. And on x86 GCC would clear what has more than 64 octets by a string instruction:
# for our headers and records, that takes longer than all that is then written into them.
COMMA := ,
TUNE := -falign-functions=64 \
        $(if $(filter x86_64,$(shell uname -m)),-mmemset-strategy=unrolled_loop:256:noalign$(COMMA)libcall:-1:noalign)
CFLAGS = -std=c11 $(OPT) -g $(WARN) $(SANITIZE) $(if $(SANITIZE),-fno-omit-frame-pointer) -MMD -MP
LIBRARIES := libmicrohttpd libwebsockets jansson zlib libcrypto
PKG_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null)
PKG_LIBS = $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lmd4c -lm -pthread
LISTEN ?= 127.0.0.1:8080

ENGINE_SRC := $(wildcard engine/*.c engine/*/*.c engine/*/*/*.c)
SERVER_SRC := $(wildcard server/*.c)
SUPPORT_SRC := $(wildcard tests/support/*.c)
TEST_SRC := $(wildcard tests/base/test_*.c tests/wire/test_*.c tests/sim/test_*.c tests/stack/test_*.c tests/stack/*/test_*.c \
              tests/routing/test_*.c tests/apps/test_*.c tests/server/test_*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
ENGINE_OBJ := $(ENGINE_SRC:%.c=$(B)/%.o)
SERVER_OBJ := $(filter-out $(B)/server/main.o,$(SERVER_SRC:%.c=$(B)/%.o))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(B)/%.o)

.PHONY: run test build check format bench fuzz image clean setup setup-test engine program bare units web packetdrill packetdrill-driver
.DEFAULT_GOAL := build

# ---------------------------------------------------------------- what a newcomer types
run: setup
	@$(MAKE) --no-print-directory -j2 program
	@echo "netstep: open http://localhost:$(lastword $(subst :, ,$(LISTEN)))"
	@exec $(B)/netstep serve --listen $(LISTEN)

test: setup-test
	@tests/run.sh

build: setup
	@$(MAKE) --no-print-directory program packetdrill

setup:
	@.ci/setup.sh build
setup-test:
	@.ci/setup.sh test

# ---------------------------------------------------------------- the engine and the program
engine: $(B)/libengine.a
program: $(B)/netstep
bare: $(B)/netstep-bare

$(B)/engine/%.o: engine/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CFLAGS) $(OPT:-O2=-O3) $(LTO) -Wswitch-enum -Iengine -c $< -o $@
$(B)/server/%.o: server/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CFLAGS) -D_GNU_SOURCE -Iengine -Iserver $(PKG_CFLAGS) -c $< -o $@
$(B)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(CFLAGS) -D_GNU_SOURCE -Iengine -Iserver -Itests/support $(PKG_CFLAGS) -c $< -o $@
$(B)/%.o: $(B)/%.S
	@$(CC) -c $< -o $@

$(B)/libengine.a: $(ENGINE_OBJ)
	@rm -f $@
	@ar rcs $@ $^

# The page ships a story that the program itself writes, so the program is linked twice: once with
# no page in it, to write the story, and once with the page.
$(B)/no_assets.S: server/embed.sh
	@mkdir -p $(@D)
	@server/embed.sh --empty $@
$(B)/netstep-bare: $(B)/server/main.o $(SERVER_OBJ) $(B)/libengine.a $(B)/no_assets.o
	@echo "  ld $@"
	@$(CC) $(OPT) $(LTO) $(SANITIZE) -o $@ $^ $(PKG_LIBS)
$(B)/story.ndjson: $(B)/netstep-bare lessons/opening/scenario.json
	@$(B)/netstep-bare run lessons/opening/scenario.json --events - | sed '$$d' > $@.part
	@mv $@.part $@
# The same run with what the meters show of it.
$(B)/story.full.ndjson: $(B)/netstep-bare lessons/opening/scenario.json
	@$(B)/netstep-bare run lessons/opening/scenario.json --events - --detail full | sed '$$d' > $@.part
	@mv $@.part $@

WEB_SRC := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)
TEXTS := $(wildcard engine/text/*.json web/text/*.json)
web/node_modules/.ready: web/package.json web/package-lock.json
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
$(B)/text/en.json $(B)/text/zh.json &: $(TEXTS) web/text.mjs
	@mkdir -p $(B)/text
	@node web/text.mjs $(B)/text $(TEXTS)
$(B)/web.ready: $(WEB_SRC) web/node_modules/.ready $(B)/story.ndjson $(B)/story.full.ndjson $(B)/text/en.json
	@cd web && node build.mjs --story $(abspath $(B)/story.ndjson) --full $(abspath $(B)/story.full.ndjson) --text $(abspath $(B)/text)
	@touch $@
web: $(B)/web.ready
$(B)/assets.S: $(B)/web.ready server/embed.sh server/openapi.json $(wildcard server/schemas/*.json)
	@server/embed.sh web/dist $(B)/text server/schemas server/openapi.json $@
$(B)/netstep: $(B)/server/main.o $(SERVER_OBJ) $(B)/libengine.a $(B)/assets.o
	@echo "  ld $@"
	@$(CC) $(OPT) $(LTO) $(SANITIZE) -o $@ $^ $(PKG_LIBS)

# ---------------------------------------------------------------- tests: one program a file
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)
units: $(TEST_BIN)
$(TEST_BIN): $(B)/%: $(B)/%.o $(SUPPORT_OBJ) $(SERVER_OBJ) $(B)/libengine.a $(B)/no_assets.o
	@echo "  ld $@"
	@$(CC) -fno-lto $(SANITIZE) -o $@ $^ -lcmocka $(PKG_LIBS)

BENCH_BIN := $(patsubst %.c,$(B)/%,$(wildcard tests/bench/bench_*.c tests/load/*.c))
benches: $(BENCH_BIN)
$(BENCH_BIN): $(B)/%: $(B)/%.o $(SUPPORT_OBJ) $(SERVER_OBJ) $(B)/libengine.a $(B)/no_assets.o
	@echo "  ld $@"
	@$(CC) $(OPT) $(LTO) $(SANITIZE) -o $@ $^ -lcmocka $(PKG_LIBS)

FUZZ_BIN := $(FUZZ_SRC:%.c=$(B)/%)
fuzzers: $(FUZZ_BIN)
$(FUZZ_BIN): $(B)/%: $(B)/%.o $(SUPPORT_OBJ) $(SERVER_OBJ) $(B)/libengine.a $(B)/no_assets.o
	@echo "  ld $@"
	@$(CC) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ -lcmocka $(PKG_LIBS)

# ---------------------------------------------------------------- the stack as packetdrill drives it
PIC_OBJ := $(patsubst %.c,$(B)/pic/%.o,$(ENGINE_SRC) $(wildcard tests/packetdrill/*.c))
DRIVER_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard tests/packetdrill/driver/*.c))
packetdrill: $(B)/libnetstep-packetdrill.so
packetdrill-driver: $(B)/packetdrill-driver $(B)/libnetstep-packetdrill.so
$(B)/pic/%.o: %.c
	@mkdir -p $(@D)
	@echo "  cc $< (shared)"
	@$(CC) $(CFLAGS) -fPIC -fvisibility=hidden -D_GNU_SOURCE -Iengine -c $< -o $@
$(B)/libnetstep-packetdrill.so: $(PIC_OBJ)
	@echo "  ld $@"
	@$(CC) $(OPT) $(SANITIZE) -shared -o $@ $^ -pthread
$(B)/packetdrill-driver: $(DRIVER_OBJ)
	@echo "  ld $@"
	@$(CC) $(SANITIZE) -o $@ $^ -ldl -pthread

check:
	@tests/check.sh
format:
	@clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')
bench: setup-test
	@tests/bench/run.sh
fuzz: setup-test
	@tests/fuzz.sh "$(or $(T),all)" "$(or $(SECONDS),60)"
image:
	docker build -t netstep .
clean:
	rm -rf $(B) web/dist

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
