package io.dromon.transport.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class UuidsTest {
    @Test
    void ordersUnsigned() {
        UUID small = new UUID(0x7000_0000_0000_0000L, 0);
        UUID large = new UUID(0x8000_0000_0000_0000L, 0);

        assertThat(Uuids.ORDER.compare(small, large)).isNegative();
    }

    @Test
    void timeBasedUuidCarriesTimeVersionAndVariant() {
        UUID uuid = Uuids.timeBased(1_700_000_000_000_000L, new Random(1));

        assertThat(uuid.version()).isEqualTo(1);
        assertThat(uuid.variant()).isEqualTo(2);
        assertThat(uuid.timestamp()).isEqualTo(1_700_000_000_000_000L * 10 + 0x01B21DD213814000L);
        assertThat(Uuids.timestamp(uuid)).isEqualTo(uuid.timestamp());
    }

    @Test
    void nextIncarnationChangesBytes8And9Only() {
        UUID uuid = UUID.fromString("d96df135-e52e-11f1-b1ff-a2eb830c6078");

        UUID next = Uuids.nextIncarnation(uuid);

        assertThat(next).hasToString("d96df135-e52e-11f1-b200-a2eb830c6078");
        assertThat(Uuids.sameNode(uuid, next)).isTrue();
        assertThat(Uuids.brief(next)).isEqualTo("d96df135-b200");
    }
}
