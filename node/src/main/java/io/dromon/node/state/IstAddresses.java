package io.dromon.node.state;

import io.dromon.config.Address;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.ReplicationOptions;
import io.dromon.node.ist.IstJoiner;
import io.dromon.node.ist.IstModes;
import io.dromon.node.ist.IstSettings;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.state.snapshot.OwnHost;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a joiner receives events (chapter 06 section 7.2).
 *
 * @param bind where it listens
 * @param host at which donors reach it
 * @param mayBeAny whether another port will do where that of {@code bind} is taken: nobody has chosen it
 */
public record IstAddresses(Address bind, String host, boolean mayBeAny) {
    private static final Logger LOG = LoggerFactory.getLogger(IstAddresses.class);

    /** Reads {@code ist.recv_addr} and {@code ist.recv_bind}; may look at the interfaces of this machine. */
    public static IstAddresses of(NodeConfig config) {
        int byDefault = config.optional(Options.BASE_PORT).orElse(Address.DEFAULT_PORT) + 1;
        Optional<Address> received = config.optional(ReplicationOptions.IST_RECV_ADDR);
        Optional<Address> bound = config.optional(ReplicationOptions.IST_RECV_BIND);
        String host = received.map(Address::host).orElseGet(() -> OwnHost.of(config));
        Address bind = bound.or(() -> received).orElse(new Address("", host, Address.NO_PORT));
        return new IstAddresses(
                bind.hasPort() ? bind.with("", bind.port()) : bind.with("", byDefault), host, !bind.hasPort());
    }

    IstJoiner listen(Expected expected, IstSettings settings, IstModes modes) throws IOException {
        try {
            return IstJoiner.listen(bind, expected, settings, modes);
        } catch (IOException e) {
            if (!mayBeAny) {
                throw e;
            }
            LOG.info("{}; any free port is taken, as ist.recv_addr names none", e.getMessage());
            return IstJoiner.listen(bind.with("", 0), expected, settings, modes);
        }
    }
}
