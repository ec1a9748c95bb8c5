# Sourced by the acceptance scripts: checks that are counted, and fields of JSON documents.
passed=0

check() { # what, then a command; the first that fails ends the script, after `at_failure` if there is one
  local what=$1
  shift
  if "$@" >check.out 2>&1; then
    passed=$((passed + 1))
    echo "ok: $what"
  else
    echo "FAILED: $what"
    cat check.out
    ! declare -F at_failure >/dev/null || at_failure
    echo "$passed passed, 1 failed"
    exit 1
  fi
}

field() { # a JSON document on standard input, a path such as addresses.gateway
  python3 -c 'import functools, json, sys; print(functools.reduce(lambda d, k: d[int(k) if isinstance(d, list) else k], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"
}
