package io.dromon.node.cli.rebootstrap;

import io.dromon.config.NameBytes;
import io.dromon.node.admin.client.AdminClient;
import io.dromon.node.admin.local.ControlSocket;
import io.dromon.node.cli.control.ClientTls;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.transport.tls.TlsEndpoint;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How to get to the nodes of a plan: by their addresses, and where a change of TLS may move what answers there, also by what
 * answers behind it. An admin listener takes the files of the links, if it has none of its own: it may begin to speak https, or
 * show a certificate of the staged authority. The way back to plain text is never taken.
 */
final class NodeWays implements AutoCloseable {
    private static final String SOCKET = "unix:";
    private static final String AUTHORITY = "socket.ssl_ca";
    private static final Pattern OWN_MACHINE = Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[::1]");

    private final ClientTls tls;
    private final List<TlsEndpoint> endpoints = new ArrayList<>();

    NodeWays(ClientTls tls) {
        this.tls = tls;
    }

    /**
     * The address as it is written in a plan.
     *
     * @throws IllegalArgumentException if it is none
     */
    static String address(String text) {
        if (text.startsWith(SOCKET)) {
            Path path = NameBytes.path(text.substring(SOCKET.length()))
                    .toAbsolutePath()
                    .normalize();
            return SOCKET + NameBytes.text(Files.isDirectory(path) ? ControlSocket.in(path) : path);
        }
        URI url = url(text);
        if ("http".equals(url.getScheme())
                && !OWN_MACHINE.matcher(String.valueOf(url.getHost())).matches()) {
            throw new IllegalArgumentException(
                    text + ": keys of nodes go there, and would cross the network in plain text; use https");
        }
        return url.toString();
    }

    private static URI url(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw noAddress(text);
        }
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw noAddress(text);
        }
        return url;
    }

    private static IllegalArgumentException noAddress(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is no address of a node; write https://HOST:PORT for its admin"
                        + " listener, or unix:DIR with its data directory for its control socket on this machine");
    }

    /** Whether any of the addresses is asked by https at once. */
    static boolean anySecure(List<PlannedNode> nodes) {
        return nodes.stream().anyMatch(node -> node.adminAddress().startsWith("https:"));
    }

    /** The ways to a node, the usual one first. */
    List<AdminClient> to(PlannedNode node) {
        if (node.adminAddress().startsWith(SOCKET)) {
            return List.of(AdminClient.socket(NameBytes.path(node.adminAddress().substring(SOCKET.length()))));
        }
        URI url = url(node.adminAddress());
        List<AdminClient> ways = new ArrayList<>();
        Optional<URI> secure = secured(url);
        if (!ClientTls.isFor(url)) {
            ways.add(AdminClient.remote(url, Optional.empty()));
        }
        secure.flatMap(tls::endpoint).ifPresent(endpoint -> add(ways, secure.orElseThrow(), endpoint));
        String staged = node.files().get(AUTHORITY);
        if (staged != null && secure.isPresent() && Files.isReadable(NameBytes.path(staged))) {
            add(ways, secure.orElseThrow(), tls.endpoint(secure.orElseThrow(), AUTHORITY, NameBytes.path(staged)));
        }
        return ways;
    }

    private void add(List<AdminClient> ways, URI url, TlsEndpoint endpoint) {
        endpoints.add(endpoint);
        ways.add(AdminClient.remote(url, Optional.of(endpoint)));
    }

    /** The same place by https; one port takes both. */
    private static Optional<URI> secured(URI url) {
        return ClientTls.isFor(url)
                ? Optional.of(url)
                : url.getPort() < 0
                        ? Optional.empty()
                        : Optional.of(URI.create("https" + url.toString().substring(4)));
    }

    @Override
    public void close() {
        endpoints.forEach(TlsEndpoint::close);
    }
}
