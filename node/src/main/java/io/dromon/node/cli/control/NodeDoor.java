package io.dromon.node.cli.control;

import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.cli.process.CommandFailure;
import io.dromon.transport.tls.TlsEndpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which node is asked, and how to get to it. */
final class NodeDoor {
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Data directory of a node of this machine, the current directory if not given.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Admin listener of a node anywhere, https://HOST:PORT; http:// for one of this machine.")
    private @Nullable URI url;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private ClientTls client;

    /** A question to a node. */
    interface Question {
        /** Asks it. */
        AdminClient.Answer ask(AdminClient client) throws IOException;
    }

    /**
     * The answer, if the node did what it was asked to.
     *
     * @throws CommandFailure if it did not, or does not answer
     */
    AdminClient.Answer ask(Question question) {
        if (url != null && dataDirectory != null) {
            throw new CommandFailure("--url and --data-dir name two nodes; give one of them");
        }
        client.check(ClientTls.isFor(url));
        Optional<TlsEndpoint> tls = client.endpoint(url);
        try {
            AdminClient node = url == null
                    ? AdminClient.local(dataDirectory == null ? Path.of(".") : dataDirectory)
                    : AdminClient.remote(url, tls);
            AdminClient.Answer answer = question.ask(node);
            if (!answer.isDone()) {
                throw new CommandFailure(answer.problem());
            }
            return answer;
        } catch (IOException | IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } finally {
            tls.ifPresent(TlsEndpoint::close);
        }
    }
}
