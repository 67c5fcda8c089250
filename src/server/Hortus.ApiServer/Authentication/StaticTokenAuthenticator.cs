using System.Security.Cryptography;
using System.Text;

namespace Hortus.ApiServer.Authentication;

/// <summary>Tokens of --token-auth-file: CSV lines <c>token,user,uid,"group1,group2"</c>.</summary>
internal sealed class StaticTokenAuthenticator : ITokenAuthenticator
{
    // Looked up by hash, so that the time of a lookup tells nothing about tokens that exist.
    private readonly Dictionary<string, UserInfo> users;

    private StaticTokenAuthenticator(Dictionary<string, UserInfo> users) => this.users = users;

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">The file cannot be read, or a line is not of the form; the message names file and
    /// line.</exception>
    public static StaticTokenAuthenticator Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException($"cannot read --token-auth-file {path}: {e.Message}", e);
        }
    }

    internal static StaticTokenAuthenticator Parse(string csv, string origin)
    {
        var users = new Dictionary<string, UserInfo>();
        var lines = csv.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var fields = Fields(line);
            if (fields.Count < 3 || fields[0].Length == 0 || fields[1].Length == 0)
            {
                throw new IOException(
                    $"{origin}:{i + 1}: want token,user,uid and optionally \"group1,group2\"");
            }

            var groups = fields.Count > 3
                ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [];
            if (!users.TryAdd(
                Hash(fields[0]), new UserInfo(fields[1], [.. groups, UserGroups.Authenticated]) { Uid = fields[2] }))
            {
                throw new IOException(
                    $"{origin}:{i + 1}: the token of user \"{fields[1]}\" occurs twice; remove one line");
            }
        }

        return new StaticTokenAuthenticator(users);
    }

    /// <inheritdoc/>
    public ValueTask<TokenOwner?> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken) =>
        ValueTask.FromResult(users.TryGetValue(Hash(token), out var user) ? new TokenOwner(user, audiences) : null);

    private static string Hash(string token) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
