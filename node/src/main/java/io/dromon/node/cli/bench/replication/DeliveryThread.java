package io.dromon.node.cli.bench.replication;

import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;

/** On which thread a measured node calls its application. */
enum DeliveryThread {
    PROTOCOL_THREAD,
    OWN_THREAD;

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** By the name that is typed. */
    static final class Converter implements CommandLine.ITypeConverter<DeliveryThread> {
        @Override
        public DeliveryThread convert(String text) {
            return Arrays.stream(values())
                    .filter(thread -> thread.text().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new CommandLine.TypeConversionException(
                            "'" + text + "' is none of protocol-thread and own-thread"));
        }
    }
}
