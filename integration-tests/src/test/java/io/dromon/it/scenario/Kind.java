package io.dromon.it.scenario;

import io.dromon.node.group.FlowSettings;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.WriteSetFormat;
import io.dromon.transport.StackSettings;
import io.dromon.transport.mesh.MeshSettings;
import io.dromon.transport.primary.PrimarySettings;

/**
 * What a node is: the words behind {@code start}.
 *
 * @param bootstrap it makes itself the primary component
 * @param arbitrator it votes and keeps no state
 * @param data its application gives and takes a state, by the commands {@code request} and {@code transferred}
 * @param weight {@code pc.weight}
 * @param segment {@code gmcast.segment}
 * @param flowLimit {@code gcs.fc_limit}
 */
record Kind(boolean bootstrap, boolean arbitrator, boolean data, int weight, int segment, int flowLimit) {
    static final String WORDS = "bootstrap, arbitrator, data, weight=N, segment=N, fc_limit=N";
    static final Kind MEMBER = new Kind(false, false, false, 1, 0, FlowSettings.DEFAULTS.limit());

    Kind {
        if (weight < 0 || weight > 255 || segment < 0 || segment > 254 || flowLimit < 0) {
            throw new IllegalArgumentException("weight is 0 to 255, segment 0 to 254, fc_limit not negative");
        }
    }

    /**
     * This kind with one more word of {@link #WORDS}.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    Kind with(String word) {
        String[] parts = word.split("=", 2);
        int number = parts.length == 2 ? Integer.parseInt(parts[1]) : -1;
        return switch (parts.length == 2 ? parts[0] + "=" : word) {
            case "bootstrap" -> new Kind(true, arbitrator, data, weight, segment, flowLimit);
            case "arbitrator" -> new Kind(bootstrap, true, data, weight, segment, flowLimit);
            case "data" -> new Kind(bootstrap, arbitrator, true, weight, segment, flowLimit);
            case "weight=" -> new Kind(bootstrap, arbitrator, data, number, segment, flowLimit);
            case "segment=" -> new Kind(bootstrap, arbitrator, data, weight, number, flowLimit);
            case "fc_limit=" -> new Kind(bootstrap, arbitrator, data, weight, segment, number);
            default -> throw new IllegalArgumentException(word);
        };
    }

    StackSettings stack() {
        StackSettings defaults = StackSettings.defaults("scenario", bootstrap);
        return new StackSettings(
                new MeshSettings(
                        "scenario",
                        segment,
                        defaults.mesh().peerTimeoutNs(),
                        defaults.mesh().timeWaitNs()),
                defaults.evs(),
                new PrimarySettings(weight, segment, false, false, false, false),
                bootstrap,
                defaults.announceTimeoutNs(),
                defaults.waitPrimary(),
                defaults.waitPrimTimeoutNs(),
                defaults.lingerNs());
    }

    GroupSettings group(String name) {
        if (arbitrator) {
            return GroupSettings.arbitrator(name);
        }
        GroupSettings member = GroupSettings.member(name, "");
        FlowSettings flow = FlowSettings.DEFAULTS;
        return new GroupSettings(
                name,
                "",
                WriteSetFormat.GALERA,
                false,
                !data,
                data,
                false,
                "",
                new FlowSettings(
                        flowLimit,
                        flow.factor(),
                        flow.singlePrimary(),
                        flow.syncDonor(),
                        flow.receiveHardLimit(),
                        flow.receiveSoftLimit(),
                        flow.maxThrottle(),
                        flow.debug()),
                member.maxPacketSize(),
                member.votePolicy(),
                member.sendQueueBytes(),
                member.maxActionBytes(),
                member.maxReassemblyBytes());
    }
}
