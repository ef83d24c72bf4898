#!/bin/sh
# Dromon: this file is a shell script and a jar at once; it runs on a Java 17 runtime with nothing beside it.
# DROMON_JAVA_OPTS: further options for the JVM.
if [ -n "$JAVA_HOME" ] && [ -x "$JAVA_HOME/bin/java" ]; then
  java="$JAVA_HOME/bin/java"
elif command -v java >/dev/null 2>&1; then
  java=java
else
  echo "dromon: no Java found. Install a Java 17 runtime (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME." >&2
  exit 127
fi
# A snapshot's way is buffers outside of the heap and system calls: a small heap and a quick start are what it wants.
case "$1" in
  sst) jvm="-XX:+UseSerialGC -Xms16m -Xmx80m -XX:MaxDirectMemorySize=256m -XX:TieredStopAtLevel=1 -Dio.netty.jfr.enabled=false" ;;
  *) jvm="-XX:+UseParallelGC" ;;
esac
exec "$java" $jvm -XX:-UsePerfData -Dio.netty.tryReflectionSetAccessible=true --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED $DROMON_JAVA_OPTS -jar "$0" "$@"
