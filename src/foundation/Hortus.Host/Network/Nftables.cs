namespace Hortus.Host;

/// <summary>Packet filter rules of this network namespace.</summary>
public interface INftables
{
    /// <summary>Applies a rule file as one transaction: all or nothing.</summary>
    /// <exception cref="HostException">The rules were refused; nothing changed.</exception>
    Task ApplyAsync(string rules, CancellationToken cancellationToken);

    /// <summary>Removes a table of family <c>inet</c>; one that does not exist is a success.</summary>
    Task DeleteTableAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names of the tables of family <c>inet</c>.</summary>
    Task<IReadOnlyList<string>> ListTablesAsync(CancellationToken cancellationToken);
}

/// <summary>nftables by the <c>nft</c> program.</summary>
public sealed class Nftables(IProcessRunner processes) : INftables
{
    public async Task ApplyAsync(string rules, CancellationToken cancellationToken) =>
        await processes.RequireAsync(new ProcessCommand("nft", "-f", "-") { Input = rules }, cancellationToken);

    public async Task DeleteTableAsync(string name, CancellationToken cancellationToken) =>
        // "table" creates what may be missing, so that "delete" cannot fail, in one transaction.
        await ApplyAsync($"table inet {name}\ndelete table inet {name}\n", cancellationToken);

    public async Task<IReadOnlyList<string>> ListTablesAsync(CancellationToken cancellationToken)
    {
        var tables = await processes.RequireAsync(
            new ProcessCommand("nft", "list", "tables", "inet"), cancellationToken);
        return [.. tables.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[^1])];
    }
}
