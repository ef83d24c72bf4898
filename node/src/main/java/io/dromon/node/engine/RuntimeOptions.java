package io.dromon.node.engine;

import io.dromon.config.Address;
import io.dromon.config.ConfigException;
import io.dromon.config.EvsOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Option;
import io.dromon.config.Options;
import io.dromon.config.PrimaryOptions;
import io.dromon.config.Registry;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.ServerOptions;
import io.dromon.config.Support;
import io.dromon.node.NodeException;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.node.writeset.KeyFormat;
import io.dromon.transport.evs.SendResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Brings a changed option to the layer that honours it. */
final class RuntimeOptions {
    /** What is to be done on the protocol thread. */
    interface Change {
        /** @throws NodeException if the group does not allow the change now */
        void apply(CoreControls core, long nowNs);
    }

    private RuntimeOptions() {}

    /**
     * What a change amounts to. May ask a name server: not for the protocol thread.
     *
     * @param config the configuration with the change, checked already
     * @throws NodeException if no part of the node honours it, or it cannot be used
     */
    static Change of(NodeConfig config, String option) {
        if (Registry.find(option).map(known -> known.support().level()).orElse(Support.Level.NOT_YET)
                != Support.Level.HONOURED) {
            throw notHonoured(option);
        } else if (option.startsWith("evs.")) {
            return evs(config, option);
        } else if (option.startsWith("gcs.")) {
            return (core, nowNs) -> core.configure(NodeSettings.flow(config));
        } else if (option.startsWith("pc.")) {
            return primary(config, option);
        } else if (option.startsWith("gmcast.")) {
            return mesh(config, option);
        } else if (option.equals(ServerOptions.WSREP_DESYNC.name())) {
            boolean on = config.value(ServerOptions.WSREP_DESYNC);
            return (core, nowNs) -> {
                if (on) {
                    core.desync();
                } else {
                    core.resync();
                }
            };
        }
        if (option.equals(ReplicationOptions.REPL_CAUSAL_READ_TIMEOUT.name())
                || option.equals(Options.NODE_DURABILITY.name())) {
            return (core, nowNs) -> {}; // looked up for each call
        } else if (option.equals(ReplicationOptions.REPL_MAX_WS_SIZE.name())) {
            return largestWriteSet(config.value(ReplicationOptions.REPL_MAX_WS_SIZE));
        } else if (option.equals(ServerOptions.WSREP_MAX_WS_SIZE.name())) {
            return largestWriteSet(config.value(ServerOptions.WSREP_MAX_WS_SIZE));
        } else if (option.equals(ReplicationOptions.REPL_KEY_FORMAT.name())) {
            return keyFormat(config);
        } else if (option.equals(ReplicationOptions.CERT_LOG_CONFLICTS.name())) {
            return (core, nowNs) -> {}; // looked up at each conflict
        }
        if (option.equals(ServerOptions.WSREP_SST_METHOD.name())) {
            SnapshotSettings.of(config, Optional.empty()).checkPrograms(); // a transfer looks it up
            return (core, nowNs) -> {};
        }
        if (option.startsWith("gcache.") || option.equals(ServerOptions.WSREP_SST_RECEIVE_ADDRESS.name())) {
            return (core, nowNs) -> {}; // the cache takes it itself, a transfer looks it up
        }
        throw notHonoured(option);
    }

    /** What is given for the start and belongs to no settings of a layer. May ask a name server. */
    static List<Change> atStart(NodeConfig config) {
        List<Change> changes = new ArrayList<>();
        changes.add(largestWriteSet(config.value(ReplicationOptions.REPL_MAX_WS_SIZE)));
        changes.add(keyFormat(config));
        if (config.value(Options.GMCAST_ISOLATE) != 0) {
            changes.add(mesh(config, Options.GMCAST_ISOLATE.name()));
        }
        config.optional(Options.GMCAST_PEER_ADDR).ifPresent(text -> changes.add(peer(config, text)));
        return changes;
    }

    private static Change largestWriteSet(long bytes) {
        return (core, nowNs) -> core.limitWriteSets(bytes);
    }

    private static Change keyFormat(NodeConfig config) {
        KeyFormat format = KeyFormat.valueOf(config.value(ReplicationOptions.REPL_KEY_FORMAT));
        return (core, nowNs) -> core.configure(format);
    }

    /** Whether a change is to be carried out: triggers always, of the others what differs. */
    static boolean isNews(NodeConfig before, NodeConfig changed, String option) {
        Option<?> known = Registry.find(option).orElseThrow();
        return known.change() == Option.Change.TRIGGER
                || !before.optional(known).equals(changed.optional(known));
    }

    /** What a change has changed, for the log. */
    static String changeText(NodeConfig before, NodeConfig changed, String option) {
        Option<?> known = Registry.find(option).orElseThrow(() -> ConfigException.unknownOption(option));
        String was = known.change() == Option.Change.TRIGGER ? "" : ", it was '" + before.text(known) + "'";
        return known.name() + " is set to '" + changed.text(known) + "'" + was;
    }

    /** The values of all options that can be changed, by name; not those that are orders. */
    static SortedMap<String, String> values(NodeConfig config) {
        SortedMap<String, String> values = new TreeMap<>();
        for (Option<?> option : config.options()) {
            if (option.change() == Option.Change.YES && option.support().level() == Support.Level.HONOURED) {
                values.put(option.name(), config.text(option));
            }
        }
        return values;
    }

    private static Change evs(NodeConfig config, String option) {
        if (option.equals(EvsOptions.EVS_EVICT.name())) {
            return (core, nowNs) ->
                    core.evict(config.optional(EvsOptions.EVS_EVICT).orElse(null), nowNs);
        }
        return (core, nowNs) -> core.configure(NodeSettings.evs(config), nowNs);
    }

    private static Change primary(NodeConfig config, String option) {
        if (option.equals(PrimaryOptions.PC_WEIGHT.name())) {
            return (core, nowNs) -> require(option, core.changeWeight(config.value(PrimaryOptions.PC_WEIGHT)));
        } else if (option.equals(PrimaryOptions.PC_BOOTSTRAP.name())) {
            return (core, nowNs) -> require(option, core.bootstrap());
        } else if (option.equals(PrimaryOptions.PC_IGNORE_SB.name())
                || option.equals(PrimaryOptions.PC_IGNORE_QUORUM.name())) {
            return (core, nowNs) -> core.setIgnore(
                    config.value(PrimaryOptions.PC_IGNORE_SB), config.value(PrimaryOptions.PC_IGNORE_QUORUM));
        }
        throw notHonoured(option);
    }

    private static Change mesh(NodeConfig config, String option) {
        if (option.equals(Options.GMCAST_ISOLATE.name())) {
            return (core, nowNs) -> core.isolate(config.value(Options.GMCAST_ISOLATE), nowNs);
        } else if (option.equals(Options.GMCAST_MIRA.name())) {
            return (core, nowNs) -> core.limitAttempts(config.value(Options.GMCAST_MIRA));
        } else if (option.equals(Options.GMCAST_PEER_ADDR.name())) {
            return peer(config, config.value(Options.GMCAST_PEER_ADDR));
        }
        throw notHonoured(option);
    }

    /** {@code add:} or {@code del:} and an address with a port; the mesh takes its own scheme for it. */
    private static Change peer(NodeConfig config, String text) {
        boolean adds = text.startsWith("add:");
        Address address = Address.parse(text.substring("add:".length()));
        List<String> numeric = NodeSettings.resolve(address).stream()
                .map(ip -> NodeSettings.numeric(config, ip, address.port()))
                .toList();
        if (numeric.isEmpty()) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    Options.GMCAST_PEER_ADDR.name() + ": cannot resolve " + address.host());
        }
        return (core, nowNs) -> {
            for (String ip : numeric) {
                if (adds) {
                    core.addPeer(ip, nowNs);
                } else {
                    core.removePeer(ip, nowNs);
                }
            }
        };
    }

    private static NodeException notHonoured(String option) {
        return new NodeException(
                NodeException.Reason.CONFIGURATION,
                option + " is accepted at run time, but no part of this node honours it yet; see dromon options "
                        + option);
    }

    private static void require(String option, SendResult result) {
        switch (result) {
            case ACCEPTED -> {}
            case AGAIN ->
                throw new NodeException(
                        NodeException.Reason.BUSY,
                        option + ": the membership is changing just now, or the node is not in the state that it needs;"
                                + " try again");
            case NOT_CONNECTED ->
                throw new NodeException(
                        NodeException.Reason.PRIMARY_COMPONENT_LOST,
                        option + ": the node is not in the component that this needs");
            case WRONG_SIZE -> throw new IllegalStateException(option + ": the message has no valid size");
        }
    }
}
