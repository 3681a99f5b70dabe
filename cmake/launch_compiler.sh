#!/bin/sh
# The compiler launcher of builds with ccache. A precompiled header is never
# taken from the cache: a damaged or stale one would be handed out for ever.
# What uses it is cached under the checksum of all that it was made from.
#
#   launch_compiler.sh CCACHE SOURCE_DIR COMPILER ARGUMENT...
CCACHE=$1
SOURCE_DIR=$2
shift 2

case " $* " in
  *" -x c++-header "*) ;;
  *)
    CCACHE_PCH_EXTSUM=1
    export CCACHE_PCH_EXTSUM
    exec "$CCACHE" "$@"
    ;;
esac

"$@" || exit
OUTPUT='' DEPENDENCIES='' PREVIOUS=''
for argument; do
  case $PREVIOUS in
    -o) OUTPUT=$argument ;;
    -MF) DEPENDENCIES=$argument ;;
  esac
  PREVIOUS=$argument
done
[ -n "$OUTPUT" ] || exit 0
# Without this file the cache reads the precompiled header itself, which is
# different each time: slow, never wrong.
rm -f "$OUTPUT.sum"
[ -r "$DEPENDENCIES" ] || exit 0
{
  printf '%s\n' "$*" | sed "s|$SOURCE_DIR|.|g"
  "$1" --version
  sed -e '1s/^[^:]*://' -e 's/\\$//' "$DEPENDENCIES" | xargs cat
} 2>/dev/null | sha256sum >"$OUTPUT.sum.new" &&
  mv "$OUTPUT.sum.new" "$OUTPUT.sum"
