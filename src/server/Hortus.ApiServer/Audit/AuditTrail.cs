using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Audit;

/// <summary>Policy and log together: notes requests from their arrival to their end.</summary>
internal sealed class AuditTrail(AuditPolicy policy, AuditLog log, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The trail the options ask for; null when they ask for none.</summary>
    /// <exception cref="IOException">Policy or log cannot be used; the message says why, in one line.</exception>
    public static AuditTrail? Open(ApiServerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.AuditPolicyFile is null && options.AuditLogPath is null)
        {
            return null;
        }

        if (options.AuditPolicyFile is null || options.AuditLogPath is null)
        {
            throw new IOException("--audit-policy-file and --audit-log-path belong together: one says what is written, "
                + "the other where to; give both or none");
        }

        var policy = AuditPolicy.Load(options.AuditPolicyFile);
        const long mebibyte = 1024 * 1024;
        var log = AuditLog.Open(
            new AuditLogOptions(
                options.AuditLogPath,
                options.AuditLogMaxsize * mebibyte,
                options.AuditLogMaxbackup,
                TimeSpan.FromDays(options.AuditLogMaxage)),
            time,
            loggers.CreateLogger<AuditLog>());
        return new AuditTrail(policy, log, time);
    }

    /// <summary>Begins to note a request whose user is known, or which has none that could be made out.</summary>
    /// <returns>Null when the policy wants nothing of it.</returns>
    public async ValueTask<AuditRecord?> BeginAsync(
        HttpContext http, RequestInfo request, AuditUsers users, DateTimeOffset received)
    {
        var decision = policy.Decide(users.Sender, request);
        if (decision.Level == AuditLevel.None)
        {
            return null;
        }

        var record = new AuditRecord(http, request, decision, received) { User = users.Sender, Impersonated = users.Impersonated };
        http.Features.Set(record);
        await WriteAsync(record, "RequestReceived");
        return record;
    }

    /// <summary>Writes the event of a stage.</summary>
    public async ValueTask WriteAsync(AuditRecord record, string stage)
    {
        if (record.At(stage, time.GetUtcNow()) is { } line)
        {
            await log.WriteAsync(line);
        }
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();
}

/// <summary>Who sent a request, and as whom it acts.</summary>
/// <param name="Sender">Whose credentials it carries; null when they are not valid.</param>
/// <param name="Impersonated">Null when it acts as its sender.</param>
internal sealed record AuditUsers(Authentication.UserInfo? Sender, Authentication.UserInfo? Impersonated);
