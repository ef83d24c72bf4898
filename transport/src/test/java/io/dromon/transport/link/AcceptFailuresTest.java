package io.dromon.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
final class AcceptFailuresTest {
    /** Netty itself would print two lines each second, which say that somebody has forgotten to handle this. */
    @Test
    void tellsOnceAMinuteThatNoConnectionCanBeTaken() {
        List<String> told = new ArrayList<>();
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptFailures(told::add));

        for (int i = 0; i < 5; i++) {
            listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        }

        assertThatCode(listener::checkException).as("nothing goes further").doesNotThrowAnyException();
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("no connection can be taken for now: Too many open files; trying again");
    }
}
