package io.dromon.node.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * The executable's logging: a line to standard error, without reading XML at each start. {@code DROMON_LOG_LEVEL} sets the
 * level. It stands back where {@code -Dlogback.configurationFile} names a file, and where Dromon is a library of another
 * program, whose logging is its own business.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LEVEL = "DROMON_LOG_LEVEL";
    private static volatile boolean used;

    /** This process is the executable. */
    static void use() {
        used = true;
    }

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        if (!used || System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(loggers);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n%ex{0}");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(loggers);
        appender.setName("STDERR");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        loggers.getLogger("io.netty").setLevel(Level.WARN);
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        String level = System.getProperty(LEVEL, System.getenv().getOrDefault(LEVEL, "INFO"));
        root.setLevel(Level.toLevel(level, Level.INFO));
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
