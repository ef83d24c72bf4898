package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The order in which a stack tells what one call has led to: the node takes a primary view before the mesh closes the
 * links to those who are not in it ({@code PrimaryDeliveries#onView}).
 */
@Tag("simulation")
class OrderOfNewsTest {
    private static final String CLOSED = "closed: it is not in the primary view";

    @Test
    void theNodeHasTheViewBeforeLinksOfOthersAreClosed() {
        int closed = 0;
        List<String> early = new ArrayList<>();
        for (long seed = 20_000_275; seed < 20_000_300; seed++) {
            SimTrace trace = new SimTrace(true);
            new StackCluster(seed, Seeds.family(seed), trace, null).run();
            List<String> lines = trace.lines();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).contains(CLOSED)) {
                    closed++;
                    if (!followsPrimaryView(lines, i)) {
                        early.add(seed + ": " + lines.get(i));
                    }
                }
            }
        }

        assertThat(early).isEmpty();
        assertThat(closed).isPositive();
    }

    /** Whether a primary view of the same node stands before it, at the same moment. */
    private static boolean followsPrimaryView(List<String> lines, int at) {
        String moment = lines.get(at).substring(0, 24);
        for (int i = at - 1; i >= 0 && lines.get(i).startsWith(moment.substring(0, 17)); i--) {
            if (lines.get(i).startsWith(moment) && lines.get(i).contains("PC PrimaryView[id=(PRIM")) {
                return true;
            }
        }
        return false;
    }
}
