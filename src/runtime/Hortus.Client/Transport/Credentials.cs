using System.Net.Http.Headers;
using System.Text;

namespace Hortus.Client;

/// <summary>The Authorization header of a connection. A token file is read again once a minute, because kubelets rotate
/// it.</summary>
internal sealed class Credentials(ClientConnection connection, TimeProvider clock)
{
    private static readonly TimeSpan TokenAgeMax = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private AuthenticationHeaderValue? current;
    private long readAt;

    public AuthenticationHeaderValue? Header()
    {
        if (connection.TokenFile is null)
        {
            return current ??= Fixed();
        }

        lock (gate)
        {
            if (current is null || clock.GetElapsedTime(readAt) > TokenAgeMax)
            {
                current = ReadFile(connection.TokenFile) ?? current ?? Fixed();
                readAt = clock.GetTimestamp();
            }

            return current;
        }
    }

    /// <summary>Makes the next request read the token file again; called when the server refused the token.</summary>
    public bool Invalidate()
    {
        if (connection.TokenFile is null)
        {
            return false;
        }

        lock (gate)
        {
            var before = current?.Parameter;
            current = ReadFile(connection.TokenFile) ?? current;
            readAt = clock.GetTimestamp();
            return current?.Parameter != before;
        }
    }

    private AuthenticationHeaderValue? Fixed() =>
        connection.Token is { Length: > 0 } token ? new("Bearer", token)
        : connection.Username is { Length: > 0 } user
            ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{connection.Password}")))
            : null;

    private static AuthenticationHeaderValue? ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? new("Bearer", token) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // While a file is being replaced the last token is still good.
            return null;
        }
    }
}
