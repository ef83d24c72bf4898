package io.dromon.node.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.transport.wire.PeerText;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Lines of the executable's log. Whatever a message holds, it neither fakes a line nor steers a terminal: this is the last
 * place that sees to it, behind those where a peer's text comes in.
 */
final class LogLines {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    private LogLines() {}

    private static String time(ILoggingEvent event) {
        return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
    }

    /** An error of this level is a bug or a program's failure: where it happened is told. */
    private static String failure(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown == null) {
            return "";
        }
        return event.getLevel().isGreaterOrEqual(Level.ERROR)
                ? ThrowableProxyUtil.asString(thrown).strip()
                : thrown.getClassName() + ": " + thrown.getMessage();
    }

    /** {@code 2026-11-29T15:02:03.004+01:00 INFO  n1: state SYNCED}. */
    static final class Text extends LayoutBase<ILoggingEvent> {
        @Override
        public String doLayout(ILoggingEvent event) {
            String failure = failure(event);
            String level = event.getLevel().toString();
            return time(event) + " " + level + " ".repeat(6 - level.length())
                    + PeerText.lines(String.valueOf(event.getFormattedMessage())) + "\n"
                    + (failure.isEmpty() ? "" : "    " + PeerText.lines(failure.replace("\t", "  ")) + "\n");
        }
    }

    /** One object a line. */
    static final class Json extends LayoutBase<ILoggingEvent> {
        @Override
        public String doLayout(ILoggingEvent event) {
            ObjectNode line = JsonNodeFactory.instance
                    .objectNode()
                    .put("time", time(event))
                    .put("level", event.getLevel().toString())
                    .put("logger", event.getLoggerName())
                    .put("thread", event.getThreadName())
                    .put("message", event.getFormattedMessage());
            String failure = failure(event);
            if (!failure.isEmpty()) {
                line.put("exception", failure);
            }
            return PeerText.json(line.toString()) + "\n";
        }
    }
}
