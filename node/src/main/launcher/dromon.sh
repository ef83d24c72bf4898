#!/bin/sh
# Dromon: this file is a shell script and a jar at once; it runs on a Java 17 runtime with nothing beside it.
# DROMON_JAVA_OPTS: further options for the JVM.
remedy="Install a Java 17 runtime (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME to one."
if [ -n "$JAVA_HOME" ] && [ -x "$JAVA_HOME/bin/java" ]; then
  java="$JAVA_HOME/bin/java"
elif java=$(command -v java 2>/dev/null); then
  :
else
  echo "dromon: no Java found. $remedy" >&2
  exit 127
fi
# An older Java would only say that it cannot load a class. What says its version is a file of every JDK since 9.
real=$(readlink -f "$java")
release="${real%/bin/java}/release"
if [ -r "$release" ]; then
  while IFS='="' read -r name empty version; do
    if [ "$name" = JAVA_VERSION ] && [ "${version#1.}" = "$version" ]; then
      major="${version%%[!0-9]*}"
    elif [ "$name" = JAVA_VERSION ]; then
      major=8
    fi
  done < "$release"
  if [ "${major:-17}" -lt 17 ]; then
    echo "dromon: $java is Java $major. $remedy" >&2
    exit 127
  fi
fi
# Names of files are bytes. The JVM takes them for texts in the charset of the locale, which is ASCII under LC_ALL=C, in
# a container without a locale, or where LANG names one that is not installed.
[ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
# A current directory whose name is no text for the JVM all the same is reached by the kernel's name for it.
here=
case "$PWD" in
  *[!a-zA-Z0-9/._-]*)
    if [ "$(locale charmap 2>/dev/null)" != UTF-8 ] || ! printf %s "$PWD" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1; then
      here=-Duser.dir=/proc/self/cwd
    fi ;;
esac
# Libraries are unpacked into the JVM's directory for temporary files. Where /tmp cannot be written, another is taken.
tmp=
if ! [ -w /tmp ]; then
  for directory in "$TMPDIR" /var/tmp /dev/shm "$XDG_RUNTIME_DIR" "$HOME"; do
    case "$directory" in
      '' | *[!a-zA-Z0-9/._-]*) ;;
      *) if [ -d "$directory" ] && [ -w "$directory" ]; then tmp="-Djava.io.tmpdir=$directory"; break; fi ;;
    esac
  done
fi
# Classes as "dromon class-archive" has laid them out, so that a start takes less time. The JVM passes over what another
# Java, or another version of this file, has made; its word about that would stand in the output.
self=$0
archive=
program=$(readlink -f "$0")
if [ -r "$program.jsa" ]; then
  self=$program
  archive="-XX:SharedArchiveFile=$program.jsa"
fi
# A snapshot's way is buffers outside of the heap and system calls: a small heap and a quick start are what it wants.
case "$1" in
  sst) jvm="-XX:+UseSerialGC -Xms16m -Xmx80m -XX:MaxDirectMemorySize=256m -XX:TieredStopAtLevel=1 -Dio.netty.jfr.enabled=false" ;;
  *) jvm="-XX:+UseParallelGC" ;;
esac
# A JVM that is out of memory is no member to rely on: it ends at once, with exit code 3, and its peers see it go.
jvm="$jvm -XX:+ExitOnOutOfMemoryError"
# Epoll, BoringSSL and zstd are native libraries: a Java from 24 on warns of each that it was not told of.
exec "$java" $jvm ${archive:+"$archive" -Xlog:disable} $here $tmp -XX:-UsePerfData --enable-native-access=ALL-UNNAMED -Dio.netty.tryReflectionSetAccessible=true --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED $DROMON_JAVA_OPTS -jar "$self" "$@"
