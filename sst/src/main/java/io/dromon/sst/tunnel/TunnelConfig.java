package io.dromon.sst.tunnel;

import io.dromon.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of a tunnel.
 *
 * @param services at least one
 * @param pidFile written at start, removed at the end
 * @param notes what the file asks for and how it is taken, one line each
 */
public record TunnelConfig(List<TunnelService> services, Optional<Path> pidFile, List<String> notes) {
    public TunnelConfig {
        services = List.copyOf(services);
        notes = List.copyOf(notes);
        if (services.isEmpty()) {
            throw new IllegalArgumentException("a tunnel has a service");
        }
    }

    /** Services made by a program. */
    public static TunnelConfig of(TunnelService... services) {
        return new TunnelConfig(List.of(services), Optional.empty(), List.of());
    }

    /**
     * Reads a file in stunnel's format.
     *
     * @param allowUnauthenticated whether a service may let in peers that prove nothing
     * @throws ConfigException with everything that is wrong, each with its line
     */
    public static TunnelConfig read(Path file, boolean allowUnauthenticated) throws IOException {
        return new StunnelFile(file, allowUnauthenticated).read();
    }

    /** Whether standard input and output are the connection, as for {@code rsync --rsh}. */
    public boolean onStandardStreams() {
        return services.size() == 1 && services.get(0).accept().isEmpty();
    }
}
