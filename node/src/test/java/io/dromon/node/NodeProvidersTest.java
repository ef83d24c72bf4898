package io.dromon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What makes nodes is found by a file beside the classes; who merges jars can lose it, and is told so. */
@Tag("unit")
final class NodeProvidersTest {
    private static final String FILE = "META-INF/services/io.dromon.node.NodeProvider";

    /** The classes of this test with another file. */
    private static ClassLoader with(List<String> providers) {
        return new ClassLoader(Node.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                if (!name.equals(FILE)) {
                    return super.getResources(name);
                }
                return providers.isEmpty()
                        ? Collections.emptyEnumeration()
                        : Collections.enumeration(List.of(file(String.join("\n", providers))));
            }
        };
    }

    private static URL file(String text) throws IOException {
        return new URL(null, "memory:" + FILE, new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                    @Override
                    public void connect() {}

                    @Override
                    public InputStream getInputStream() {
                        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
                    }
                };
            }
        });
    }

    @Test
    void findsTheOneOfDromon() {
        assertThat(NodeProviders.find(Node.class.getClassLoader()).getClass().getName())
                .isEqualTo("io.dromon.node.assembly.DromonNodes");
    }

    @Test
    void saysWhatAMergedJarLacks() {
        assertThatThrownBy(() -> NodeProviders.find(with(List.of())))
                .isInstanceOfSatisfying(
                        NodeException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(NodeException.Reason.CONFIGURATION))
                .hasMessageContainingAll(FILE, "not whole on the class path", "ServicesResourceTransformer");
    }

    @Test
    void saysWhichClassAMinimizedJarLacks() {
        assertThatThrownBy(() -> NodeProviders.find(with(List.of("io.dromon.node.assembly.Stripped"))))
                .isInstanceOf(NodeException.class)
                .hasMessageContainingAll("io.dromon.node.assembly.Stripped", "minimizeJar");
    }
}
