package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("unit")
@Timeout(60)
class NameLookupTest {
    private static Object lookUp(String address) throws Exception {
        try (TestNode node = TestNode.plain()) {
            node.loop.execute(() -> node.links.resolve(address));
            Awaitility.await().until(() -> !node.all("resolved").isEmpty());
            return node.all("resolved").get(0).detail();
        }
    }

    @Test
    void answersWithAllAddressesInTheOwnScheme() throws Exception {
        assertThat(lookUp("ssl://localhost:4567"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(String.class))
                .contains("tcp://127.0.0.1:4567");
    }

    @Test
    void answersWithNothingWhereTheNameIsNotKnown() throws Exception {
        assertThat(lookUp("tcp://no-such-host.invalid:4567")).isEqualTo(List.of());
    }
}
