/** Trino's own main class is in its packaging, which is not on Maven Central. */
public class Trino
{
    public static void main(String[] args)
    {
        new io.trino.server.Server().start("483");
    }
}
