package io.dromon.node.group;

/** Makes this node leave when no room is left for what waits for its application, before it runs out of memory. */
final class QueueGuard {
    private final Configuration configuration;
    private final FlowControl flow;
    private final Withdrawal withdrawal;

    QueueGuard(Configuration configuration, FlowControl flow, Withdrawal withdrawal) {
        this.configuration = configuration;
        this.flow = flow;
        this.withdrawal = withdrawal;
    }

    /**
     * Flow control has seen the queue.
     *
     * @param actions events that wait
     * @param bytes bytes of the write-sets among them
     */
    void judge(int actions, long bytes) {
        if (!configuration.isPrimary()) {
            return;
        }
        if (flow.isOverflowing(configuration.self.status, bytes)) {
            withdrawal.inconsistent(bytes + " bytes in " + actions + " events wait for the application, "
                    + flow.receiveHardLimit()
                    + " may (gcs.recv_q_hard_limit, at most a quarter of the heap)" + whoWentOn()
                    + "; make the application quicker, or give the JVM a larger heap (-Xmx)");
        } else if (flow.hasJoinerFailed()) {
            withdrawal.inconsistent("no room for what waits for the state: " + flow.describeJoiner()
                    + "; raise gcs.recv_q_hard_limit, or let gcs.max_throttle=0 stop the group");
        }
    }

    /** The member that sent most after this node's STOP, which all members have seen at the same place of the order. */
    private String whoWentOn() {
        Member self = configuration.self;
        Member most = self;
        for (Member member : configuration.table.all()) {
            if (member != self && (most == self || member.bytesSinceStop > most.bytesSinceStop)) {
                most = member;
            }
        }
        return most != self && flow.isStopSent() && most.bytesSinceStop > 0
                ? "; member " + most.snapshot().name() + " (" + most.uuid + ") sent " + most.bytesSinceStop
                        + " bytes after it was told to stop (flow control)"
                : "";
    }
}
