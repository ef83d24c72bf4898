package io.dromon.node.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The executable's logging: a line to standard error, without reading XML at each start. {@code DROMON_LOG_LEVEL} sets the
 * level, {@code DROMON_LOG_FORMAT} the form of a line. It stands back where {@code -Dlogback.configurationFile} names a
 * file, and where Dromon is a library of another program, whose logging is its own business.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LEVEL = "DROMON_LOG_LEVEL";
    private static final String FORMAT = "DROMON_LOG_FORMAT";
    private static volatile boolean used;

    /** This process is the executable. */
    public static void use() {
        String format = setting(FORMAT, "text");
        if (!format.equals("text") && !format.equals("json")) {
            System.err.println("dromon: " + FORMAT + "='" + format + "' is neither text nor json; text is taken");
        }
        String level = setting(LEVEL, "INFO");
        if (Level.toLevel(level, null) == null) {
            System.err.println(
                    "dromon: " + LEVEL + "='" + level + "' is none of ERROR, WARN, INFO, DEBUG, TRACE; INFO is taken");
        }
        used = true;
    }

    /** Whether lines are JSON, so that their reader wants nothing else on standard error. */
    public static boolean isJson() {
        return setting(FORMAT, "text").toLowerCase(Locale.ROOT).equals("json");
    }

    private static String setting(String name, String byDefault) {
        return System.getProperty(name, System.getenv().getOrDefault(name, byDefault))
                .strip();
    }

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        if (!used || System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        LayoutBase<ILoggingEvent> layout = isJson() ? new LogLines.Json() : new LogLines.Text();
        layout.setContext(loggers);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(loggers);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(loggers);
        appender.setName("STDERR");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        loggers.getLogger("io.netty").setLevel(Level.WARN);
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(setting(LEVEL, "INFO"), Level.INFO));
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
