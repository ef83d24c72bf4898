package io.dromon.node.engine;

import io.dromon.node.certification.Refusal;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.StateTransfers;
import io.dromon.node.state.core.TransferStep;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what the core tells to the part of the node that it concerns. On the protocol thread. */
final class NodeEffects implements NodeCore.Effects {
    private static final Logger LOG = LoggerFactory.getLogger(NodeEffects.class);

    private final String nodeName;
    private final Ordering ordering;
    private final GroupReactions reactions;
    private final NodeIdentity identity;
    private final NodeLog log;
    private final NettyLinks links;
    private final Relinking relinking;
    private final Optional<StateTransfers> transfers;
    private final Optional<CacheFeed> cache;
    private final Optional<KeptState> saved;
    private final ToIntFunction<UUID> weights;
    private final Consumer<@Nullable StackFailure> end;

    /**
     * @param transfers empty for an application without state, as the cache
     * @param weights of the members of the primary component
     * @param end told that the protocol has ended, with the reason if it was not asked to
     */
    NodeEffects(
            String nodeName,
            Ordering ordering,
            GroupReactions reactions,
            NodeIdentity identity,
            NodeLog log,
            NettyLinks links,
            Relinking relinking,
            Optional<StateTransfers> transfers,
            Optional<CacheFeed> cache,
            Optional<KeptState> saved,
            ToIntFunction<UUID> weights,
            Consumer<@Nullable StackFailure> end) {
        this.nodeName = nodeName;
        this.ordering = ordering;
        this.reactions = reactions;
        this.identity = identity;
        this.log = log;
        this.links = links;
        this.relinking = relinking;
        this.transfers = transfers;
        this.cache = cache;
        this.saved = saved;
        this.weights = weights;
        this.end = end;
    }

    @Override
    public void deliver(GroupEvent event) {
        if (event instanceof GroupEvent.ConfigurationChange change) {
            cache.ifPresent(kept -> kept.add(change));
            save(change);
        }
        event.accept(ordering);
        event.accept(reactions);
    }

    @Override
    public void deliver(CertifiedWriteSet writeSet) {
        cache.ifPresent(kept -> kept.add(writeSet));
        ordering.onCertified(writeSet);
        reactions.onCertified(writeSet);
    }

    @Override
    public void deliver(IstEvent event) {
        cache.ifPresent(kept -> kept.add(event));
        ordering.onTransferred(event);
    }

    private void save(GroupEvent.ConfigurationChange change) {
        if (change.isPrimary()) {
            saved.ifPresent(state -> state.onPrimary(change, weights));
        }
    }

    @Override
    public void onHeld(GroupEvent.ConfigurationChange change) {
        save(change);
        ordering.onHeld(change);
    }

    @Override
    public void onHistory(GroupEvent.ConfigurationChange now) {
        ordering.onHistory(now);
    }

    @Override
    public void onTransfer(TransferStep step) {
        transfers.ifPresent(step::accept);
    }

    @Override
    public void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why) {
        ordering.onWriteSetRefused(ticket, why);
    }

    @Override
    public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
        ordering.onWriteSetFailed(ticket, reason);
    }

    @Override
    public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        ordering.onReadFailed(ticket, reason);
    }

    @Override
    public void onMajoritySynced(Position position) {
        ordering.onMajoritySynced(position);
    }

    @Override
    public void save(SavedView view) {
        identity.save(view);
    }

    @Override
    public void removeSavedView() {
        identity.remove();
    }

    @Override
    public void onConnected() {
        LOG.info("{}: connected", nodeName);
    }

    @Override
    public void onClosed(@Nullable StackFailure failure) {
        end.accept(failure);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // only a line of log
    public void onLinkUp(long link, UUID peer, String address) {
        links.status()
                .thenAccept(all -> all.stream()
                        .filter(status -> status.link() == link)
                        .forEach(status -> log.linkUp(status, peer, address)));
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        log.linkDown(peer, address, failure);
    }

    @Override
    public void onRelinked(int relinked, @Nullable LinkFailure failure) {
        relinking.end(relinked, failure);
    }

    @Override
    public void onRefused(String address, LinkFailure failure) {
        links.refusals().log(address, failure, System.nanoTime());
    }

    @Override
    public void onNotice(String text) {
        log.notice(text);
    }

    @Override
    public void onAnomaly(UUID source, String what) {
        log.notice("dropped from " + Uuids.brief(source) + ": " + what);
    }
}
