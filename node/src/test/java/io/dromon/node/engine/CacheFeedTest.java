package io.dromon.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.cache.CacheSettings;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.group.MemberStatus;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class CacheFeedTest {
    private static final UUID HISTORY = new UUID(1, 1);

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // set by open()
    private WriteSetCache cache;

    @SuppressWarnings("NullAway.Init") // set by open()
    private CacheFeed feed;

    @BeforeEach
    void open() throws IOException {
        CacheSettings settings = new CacheSettings(directory.resolve("cache.d"), 1 << 20, 1 << 16, 1 << 20, true);
        cache = WriteSetCache.open("n", settings, Uuids.NIL, -1, Runnable::run);
        feed = new CacheFeed(cache);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private static GroupEvent.ConfigurationChange change(UUID history, long seqno) {
        GroupMember self = new GroupMember(new UUID(2, 2), "n", "", 0, MemberStatus.SYNCED, false, -1);
        return new GroupEvent.ConfigurationChange(
                seqno, 3, history, true, List.of(self), 0, new GroupVersions(5, 127, 127), -1, 0);
    }

    @Test
    void beginsWithTheFirstConfigurationOfAHistory() {
        feed.add(change(HISTORY, 7));
        feed.add(change(HISTORY, 8));

        assertThat(cache.history()).isEqualTo(HISTORY);
        assertThat(cache.first()).isEqualTo(7);
        assertThat(cache.last()).isEqualTo(8);
    }

    @Test
    void goesOnBehindASnapshotThatContainsWhatWasHeldBack() {
        cache.reset(HISTORY, 15);
        feed.add(change(HISTORY, 14));

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(15);

        feed.add(change(HISTORY, 16));

        assertThat(cache.first()).isEqualTo(16);
        assertThat(cache.last()).isEqualTo(16);
    }

    @Test
    void beginsAnewInAnotherHistory() {
        feed.add(change(HISTORY, 7));
        feed.add(change(new UUID(9, 9), 3));

        assertThat(cache.history()).isEqualTo(new UUID(9, 9));
        assertThat(cache.first()).isEqualTo(3);
    }
}
