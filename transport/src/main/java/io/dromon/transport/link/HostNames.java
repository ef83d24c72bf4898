package io.dromon.transport.link;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks host names up by the system's resolver, which blocks, on threads of its own. How long an answer is kept is the
 * JDK's policy ({@code networkaddress.cache.ttl}).
 */
final class HostNames implements AutoCloseable {
    private static final int MOST_THREADS = 8;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            MOST_THREADS, MOST_THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), job -> {
                Thread thread = new Thread(job, "dromon-names");
                thread.setDaemon(true);
                return thread;
            });

    HostNames() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** @param answer gets all addresses of the host, on a thread of this class */
    void resolve(String scheme, String address, Consumer<List<String>> answer) {
        try {
            threads.execute(() -> answer.accept(lookUp(scheme, address)));
        } catch (RejectedExecutionException e) {
            // closed: the answer is not wanted any more
        }
    }

    private static List<String> lookUp(String scheme, String address) {
        int start = address.indexOf("://") + 3;
        int colon = address.lastIndexOf(':');
        List<String> numeric = new ArrayList<>();
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            for (InetAddress ip : InetAddress.getAllByName(address.substring(start, colon))) {
                numeric.add(LinkAddress.format(scheme, new InetSocketAddress(ip, port)));
            }
        } catch (UnknownHostException | NumberFormatException e) {
            return List.of();
        }
        return numeric;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
