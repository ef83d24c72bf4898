package io.dromon.node.cli.process;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** SIGHUP, for which the JDK has no supported class: by its unsupported one, looked up at run time. */
public final class HangUp {
    private HangUp() {}

    /**
     * Has a SIGHUP do this instead of ending the process, on a thread of its own.
     *
     * @return whether that was possible
     */
    public static boolean does(Runnable work) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            work.run();
                            yield null;
                        }
                        case "equals" -> self == first(arguments);
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "SIGHUP handler";
                    });
            Object hup = signal.getConstructor(String.class).newInstance("HUP");
            Object unused = signal.getMethod("handle", signal, handler).invoke(null, hup, proxy);
            return true;
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            return false; // no such signal, or no such class in this JVM
        }
    }

    private static @Nullable Object first(Object @Nullable [] arguments) {
        return arguments == null || arguments.length == 0 ? null : arguments[0];
    }
}
