package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The messages of a view and the numbers made of them (chapter 02 sections 1.4 and 5.1, with the scenarios of section
 * 12).
 */
@Tag("unit")
class InputMapTest {
    private static final ViewId VIEW = new ViewId(ViewId.Type.REG, EvsNetwork.uuid(0), 1);

    @Test
    void aruFollowsWhatIsContiguous() {
        InputMap input = new InputMap(1, 0);

        for (long seq : new long[] {0, 1, 2, 3}) {
            input.insertOwn(user(0, seq, 0, Order.SAFE));
        }

        assertThat(input.aru()).isEqualTo(3);

        InputMap other = new InputMap(2, 0);
        other.insertOwn(user(0, 0, 9, Order.DROP));
        for (long seq : new long[] {0, 1, 2, 3, 5}) {
            other.insert(1, user(1, seq, 0, Order.SAFE));
        }
        assertThat(other.aru()).isEqualTo(3);
        assertThat(other.hs(1)).isEqualTo(5);
        other.insert(1, user(1, 4, 0, Order.SAFE));
        assertThat(other.aru()).isEqualTo(5);
    }

    @Test
    void listsMissingRanges() {
        InputMap input = new InputMap(2, 0);
        insert(input, 0, 2);
        assertThat(input.missing(1, 0, 2)).containsExactly(1, 1);
        insert(input, 4);
        assertThat(input.missing(1, 0, 4)).containsExactly(1, 1, 3, 3);
        insert(input, 8);
        assertThat(input.missing(1, 0, 8)).containsExactly(1, 1, 3, 3, 5, 7);
        insert(input, 3);
        assertThat(input.missing(1, 0, 8)).containsExactly(1, 1, 5, 7);
        insert(input, 1, 5, 6, 7);
        assertThat(input.missing(1, 0, 8)).isEmpty();
        assertThat(input.missing(1, 0, 10)).containsExactly(9, 10);
    }

    @Test
    void deliversSafeMessagesOnlyWhenEverybodyHasThem() {
        InputMap input = new InputMap(2, 0);
        input.insertOwn(user(0, 0, 0, Order.SAFE));
        input.insert(1, user(1, 0, 0, Order.AGREED));
        input.raiseOwnSafe();

        assertThat(input.next()).isNull();

        input.raiseSafe(1, 0);
        assertThat(input.safe()).isZero();
        assertThat(sourceOf(input.next())).isEqualTo(EvsNetwork.uuid(0));
        assertThat(sourceOf(input.next())).isEqualTo(EvsNetwork.uuid(1));
        assertThat(input.next()).isNull();
    }

    @Test
    void deliveredMessagesCanBeRecoveredUntilTheyAreSafe() {
        InputMap input = new InputMap(2, 0);
        input.insertOwn(user(0, 0, 0, Order.AGREED));
        input.insert(1, user(1, 0, 0, Order.AGREED));
        input.raiseOwnSafe();
        assertThat(input.next()).isNotNull();
        assertThat(input.next()).isNotNull();
        input.trim();

        assertThat(input.find(1, 0)).isNotNull();
        assertThat(input.bytes()).isEqualTo(2);

        input.raiseSafe(1, 0);
        input.next();
        input.trim();
        assertThat(input.find(1, 0)).isNull();
        assertThat(input.bytes()).isZero();
    }

    @Test
    void rangesStandForManySeqs() {
        InputMap input = new InputMap(2, 0);
        input.insert(1, user(1, 0, 255, Order.DROP));
        input.insertOwn(user(0, 0, 255, Order.DROP));
        input.raiseSafe(1, 255);

        assertThat(input.aru()).isEqualTo(255);
        assertThat(input.find(1, 0)).isNotNull().isNotSameAs(InputMap.PLACEHOLDER);
        assertThat(input.find(1, 17)).isSameAs(InputMap.PLACEHOLDER);
        assertThat(input.next()).isNull();
        input.trim();
        assertThat(input.find(1, 17)).isNull();
    }

    @Test
    void deliversInOrderWhateverTheOrderOfArrival() {
        int nodes = 4;
        int count = 1024;
        InputMap input = new InputMap(nodes, 0);
        List<User> messages = new ArrayList<>();
        for (int node = 1; node < nodes; node++) {
            for (int seq = 0; seq < count; seq++) {
                messages.add(user(node, seq, 0, Order.SAFE));
            }
        }
        Collections.shuffle(messages, new Random(1));
        for (User message : messages) {
            input.insert(index(message), message);
        }
        for (int seq = 0; seq < count; seq++) {
            input.insertOwn(user(0, seq, 0, Order.SAFE));
        }
        for (int node = 1; node < nodes; node++) {
            assertThat(input.lu(node)).isEqualTo(count);
            assertThat(input.hs(node)).isEqualTo(count - 1);
            input.raiseSafe(node, count - 1);
        }
        for (int seq = 0; seq < count; seq++) {
            for (int node = 0; node < nodes; node++) {
                User next = Objects.requireNonNull(input.next());
                assertThat(next.seq()).isEqualTo(seq);
                assertThat(index(next)).isEqualTo(node);
            }
        }
        assertThat(input.next()).isNull();
    }

    @Test
    void keepsNoMoreThanWhatIsNotSafeOverALongRun() {
        int nodes = 5;
        InputMap input = new InputMap(nodes, 2);
        for (int seq = 0; seq < 100_000; seq++) {
            for (int node = 0; node < nodes; node++) {
                if (node == 2) {
                    input.insertOwn(user(node, seq, 0, Order.SAFE));
                } else {
                    input.insert(node, user(node, seq, 0, Order.SAFE));
                }
            }
            for (int node = 0; node < nodes; node++) {
                input.raiseSafe(node, seq - 5 - node);
            }
            for (User next = input.next(); next != null; next = input.next()) {
                assertThat(next.seq()).isLessThanOrEqualTo(input.safe());
            }
            input.trim();
            assertThat(input.safe()).isEqualTo(Math.max(-1, seq - 9));
            assertThat(input.bytes()).isLessThan(100);
        }
    }

    @Test
    void doesNotListenToOneWhoRunsAhead() {
        InputMap input = new InputMap(2, 0);

        assertThat(input.insert(1, user(1, InputMap.MAX_AHEAD, 0, Order.SAFE))).isFalse();
        assertThat(input.insert(1, user(1, Long.MAX_VALUE >> 2, 255, Order.SAFE)))
                .isFalse();

        assertThat(input.hs(1)).isEqualTo(-1);
        input.insert(1, user(1, InputMap.MAX_AHEAD - 1, 0, Order.SAFE));
        assertThat(input.hs(1)).isEqualTo(InputMap.MAX_AHEAD - 1);
    }

    @Test
    void takesOnlyWhatMovesOnWhenTooMuchWaits() {
        InputMap input = new InputMap(2, 0);
        int full = InputMap.MAX_BYTES / 32644;
        for (int seq = 1; seq <= full + 10; seq++) {
            input.insert(1, user(1, seq, new byte[32644]));
        }

        assertThat(input.bytes()).isLessThanOrEqualTo(InputMap.MAX_BYTES);
        assertThat(input.hs(1)).isEqualTo(full);
        assertThat(input.insert(1, user(1, 0, new byte[32644]))).isTrue();
    }

    @Test
    void transitionalDeliveryStopsAtGapsAndAtTheAgreedBound() {
        InputMap input = new InputMap(3, 0);
        input.insertOwn(user(0, 0, 3, Order.DROP));
        for (long seq : new long[] {0, 1, 3}) {
            input.insert(1, user(1, seq, 0, Order.SAFE));
        }
        for (long seq : new long[] {0, 1, 2, 3}) {
            input.insert(2, user(2, seq, 0, Order.SAFE));
        }

        List<String> delivered = new ArrayList<>();
        long[] limit = new long[3];
        Arrays.fill(limit, 2);
        for (User next = input.nextTransitional(limit); next != null; next = input.nextTransitional(limit)) {
            delivered.add(index(next) + ":" + next.seq());
        }

        assertThat(delivered).containsExactly("1:0", "2:0", "1:1", "2:1", "2:2");
    }

    private static UUID sourceOf(@Nullable User message) {
        return Objects.requireNonNull(message).source();
    }

    private static int index(User message) {
        return (int) (message.source().getLeastSignificantBits() & 0xff);
    }

    private static void insert(InputMap input, long... seqs) {
        for (long seq : seqs) {
            input.insert(1, user(1, seq, 0, Order.SAFE));
        }
    }

    private static User user(int node, long seq, int range, Order order) {
        Bytes payload = order == Order.DROP ? Bytes.EMPTY : new Bytes(new byte[1]);
        return new User(EvsNetwork.uuid(node), 1, 0, seq, VIEW, order, 1, range, seq, -1, payload);
    }

    private static User user(int node, long seq, byte[] payload) {
        return new User(EvsNetwork.uuid(node), 1, 0, seq, VIEW, Order.SAFE, 1, 0, seq, -1, new Bytes(payload));
    }
}
